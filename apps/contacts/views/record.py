"""One contact: the record as a page and as the list's side panel, its history, undo."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.history.queries import find_operation, timeline
from apps.contacts.history.undo import undo
from apps.contacts.pages.addresses import Origin, list_href
from apps.contacts.pages.record import heading_of, record_context
from apps.contacts.views.outcomes import undo_message

LONGEST_HISTORY = 200


@require_safe
@requires(Capability.BROWSE)
def contact_detail(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    is_panel = _is_panel(request)
    origin = replace(Origin.of(request.GET, contact_id, access), is_beside_list=is_panel)
    record = record_context(contact_id, origin, access)
    if record is None:
        raise Http404
    template = "contacts/record.html#panel" if is_panel else "contacts/record.html"
    return render(request, template, {"nav_current": "contacts", "record": record})


@require_safe
@requires(Capability.BROWSE)
def contact_history(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    origin = Origin.of(request.GET, contact_id, access)
    contact = heading_of(contact_id, origin, access)
    if contact is None:
        raise Http404
    record = {
        "contact": contact,
        "history": timeline(contact_id, access, LONGEST_HISTORY),
        "can_undo": access.can(Capability.UNDO),
        "list_href": list_href(origin.search),
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
    origin = Origin.of(request.GET, contact_id, access)
    if _is_panel(request):
        return redirect(origin.act_href("contact_detail", contact_id))
    contact = heading_of(contact_id, origin, access)
    return redirect(contact.href if contact else list_href(origin.search))


def _is_panel(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target", "").endswith("record")
