"""One contact: the record as a page and as the list's side panel, as it was, its company, its history, undo."""

from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.history.queries import find_operation
from apps.contacts.history.undo import undo
from apps.contacts.pages.addresses import Origin, list_href
from apps.contacts.pages.as_of import asked_day, past_record
from apps.contacts.pages.company import company_card
from apps.contacts.pages.record import heading_of, record_context
from apps.contacts.pages.timeline import Part, Place, timeline_of
from apps.contacts.queries import visible_to
from apps.contacts.views.fragments import is_fragment, is_panel
from apps.contacts.views.outcomes import undo_message

STEPS_OF_A_PAGE = 50


@require_safe
@requires(Capability.BROWSE)
def contact_detail(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    origin = replace(Origin.of(request.GET, contact_id, access), is_beside_list=is_panel(request))
    asked = asked_day(request.GET["as_of"]) if "as_of" in request.GET else None
    if asked is not None and asked.day is not None:
        past = past_record(contact_id, asked.day, origin, access)
        if past is None:
            raise Http404
        return render(request, "contacts/record_as_of.html", {"nav_current": "contacts", "record": past})
    record = record_context(contact_id, origin, access)
    if record is None:
        raise Http404
    part = "#panel" if is_panel(request) else "#body" if is_fragment(request) else ""
    context = {"nav_current": "contacts", "record": record, "is_no_day": asked is not None}
    return render(request, f"contacts/record.html{part}", context)


@require_safe
@requires(Capability.BROWSE)
def contact_company(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    """The company card, for the record to put in its place; nothing where there is no company to speak of."""
    if not visible_to(access).filter(pk=contact_id).exists():
        raise Http404
    card = company_card(contact_id, access)
    return render(request, "contacts/record_company.html", {"card": card})


@require_safe
@requires(Capability.BROWSE)
def contact_history(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    origin = Origin.of(request.GET, contact_id, access)
    contact = heading_of(contact_id, origin, access)
    if contact is None:
        raise Http404
    asked = request.GET.get("part", "")
    part = Part(asked) if asked in set(Part) else Part.ALL
    before = Place.parse(request.GET.get("before", ""))
    record = {
        "contact": contact,
        "timeline": timeline_of(contact_id, access, part, before, STEPS_OF_A_PAGE),
        "can_undo": access.can(Capability.UNDO),
        "list_href": list_href(origin.search),
        "history_href": origin.act_href("contact_history", contact_id),
        "is_older": before is not None,
    }
    template = "contacts/changes.html" if is_fragment(request) else "contacts/history.html"
    return render(request, template, {"nav_current": "contacts", "record": record})


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
    contact = heading_of(contact_id, origin, access)
    if is_fragment(request):
        return redirect(origin.act_href("contact_detail", contact_id))
    return redirect(contact.href if contact else list_href(origin.search))
