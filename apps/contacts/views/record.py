"""One contact: the record as a page and as the list's side panel, its history, undo."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.history.queries import find_operation, timeline
from apps.contacts.history.undo import undo
from apps.contacts.pages.record import heading_of, record_context
from apps.contacts.search import Search
from apps.contacts.views.outcomes import undo_message

LONGEST_HISTORY = 200


@require_safe
@requires(Capability.BROWSE)
def contact_detail(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    record = record_context(contact_id, Search.parse(request.GET, access), access)
    if record is None:
        raise Http404
    is_panel = request.headers.get("HX-Target", "").endswith("record")
    template = "contacts/record.html#panel" if is_panel else "contacts/record.html"
    return render(request, template, {"nav_current": "contacts", "record": record})


@require_safe
@requires(Capability.BROWSE)
def contact_history(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    contact = heading_of(contact_id, access)
    if contact is None:
        raise Http404
    record = {
        "contact": contact,
        "history": timeline(contact_id, access, LONGEST_HISTORY),
        "can_undo": access.can(Capability.UNDO),
        "list_href": reverse("contact_list"),
    }
    return render(request, "contacts/history.html", {"nav_current": "contacts", "record": record})


@require_POST
@requires(Capability.UNDO)
def contact_undo(request: HttpRequest, access: Access, contact_id: int, operation_id: int) -> HttpResponse:
    """Take back what an operation did to this contact, or to one of its fields."""
    operation = find_operation(operation_id, access, contact_id)
    field = request.POST.get("field") or None
    if operation is None or (field is not None and not access.can_read(field)):
        raise Http404
    outcome = undo(operation, access=access, contact_id=contact_id, field=field)
    messages.info(request, undo_message(outcome))
    if heading_of(contact_id, access) is None:
        return redirect("contact_list")
    return redirect("contact_detail", contact_id=contact_id)
