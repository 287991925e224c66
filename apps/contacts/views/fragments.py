"""Which part of a page a request asks for. htmx names the element that the answer goes into."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from apps.contacts.pages.addresses import Origin


def _target(request: HttpRequest) -> str:
    """The id of the element, without what kind it is: `aside#record` or `record`."""
    return request.headers.get("HX-Target", "").rpartition("#")[2]


def is_panel(request: HttpRequest) -> bool:
    """For the panel beside the list."""
    return _target(request) == "record"


def is_fragment(request: HttpRequest) -> bool:
    """For some part of a page that stays."""
    return _target(request) in {"record", "record-page", "timeline", "timeline-more"}


def back_to_record(request: HttpRequest, origin: Origin, contact_id: int, anchor: str = "") -> HttpResponse:
    """After an act on a record: its part again, or the page that it was begun on."""
    if is_fragment(request):
        return redirect(origin.act_href("contact_detail", contact_id))
    return redirect(origin.back_href(contact_id) + anchor)
