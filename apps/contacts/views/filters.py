"""What the filter panel asks for after the page: counts under the search, pasted lists, pinned and recent filters."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.filter_habits.operations import forget_recent_filters, note_filters, pin_group
from apps.contacts.filter_habits.queries import habits_of
from apps.contacts.pages.addresses import list_href
from apps.contacts.pages.facets import counted_controls, found_options
from apps.contacts.pages.filter_panel import GROUP_KEYS, can_be_pasted, controls_of, field_of, may_use
from apps.contacts.pages.options import options_matching
from apps.contacts.pages.pasted import pasted_list
from apps.contacts.pages.recent_filters import recent_filters
from apps.contacts.search import Search

_OWN = ("record", "group", "in", "find", "csrfmiddlewaretoken")


@require_safe
@requires(Capability.BROWSE, limit="counts")
def contact_facets(request: HttpRequest, access: Access) -> HttpResponse:
    """Counts under a search: of some groups' values (`group`), or of those of a field (`in`) with a text (`find`)."""
    search = Search.parse(request.GET, access, ignored=_OWN)
    if "in" in request.GET:
        field = request.GET["in"]
        options = options_matching(field, request.GET.get("find", "").replace("\0", ""), access)
        return render(
            request, "contacts/facets.html#found", {"values": found_options(field, options, search, access)}
        )
    context = {
        "controls": counted_controls(controls_of(request.GET.getlist("group"), access), search, access),
        "recent": recent_filters(habits_of(access).recent, search),
    }
    return render(request, "contacts/facets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.BROWSE, limit="search")
def contact_pasted(request: HttpRequest, access: Access, field: str) -> HttpResponse:
    """A list of a field's values to paste, and what it comes to under the search that the address carries."""
    if not _is_known(field, access) or not can_be_pasted(field):
        raise Http404
    search = Search.parse(request.GET, access, ignored=_OWN)
    text = request.POST.get("text", "")
    context = {
        "field": field,
        "label": field_of(field).label,
        "text": text,
        "search_query": search.query_string(),
        "back_href": list_href(search),
        "pasted": pasted_list(field, text, search, access) if text.strip() else None,
        "nav_current": "contacts",
    }
    is_fragment = getattr(request, "htmx", False)
    return render(request, "contacts/pasted.html#pasted" if is_fragment else "contacts/pasted.html", context)


def _is_known(field: str, access: Access) -> bool:
    try:
        field_of(field)
    except KeyError:
        return False
    return may_use(field, access)


@require_POST
@requires(Capability.BROWSE)
def filter_pin(request: HttpRequest, access: Access) -> HttpResponse:
    """Pin the group `pin` to the top of the panel, or take back the group `unpin`."""
    for name in ("pin", "unpin"):
        group = request.POST.get(name, "")
        if group in GROUP_KEYS and not access.is_looking:
            pin_group(access=access, group=group, is_pinned=name == "pin")
    return _back(request, access)


@require_POST
@requires(Capability.BROWSE)
def filter_note(request: HttpRequest, access: Access) -> HttpResponse:
    """Remember the filters of a search as the latest; answers with the recent ones for that search."""
    search = Search.parse(request.POST, access, ignored=_OWN)
    if not access.is_looking:
        note_filters(access=access, filters=search.filters)
    return _recent(request, search, access)


@require_POST
@requires(Capability.BROWSE)
def filter_forget(request: HttpRequest, access: Access) -> HttpResponse:
    if not access.is_looking:
        forget_recent_filters(access=access)
    return _back(request, access)


def _back(request: HttpRequest, access: Access) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=204)
    return HttpResponseRedirect(list_href(Search.parse(request.GET, access, ignored=_OWN)))


def _recent(request: HttpRequest, search: Search, access: Access) -> HttpResponse:
    context = {"recent": recent_filters(habits_of(access).recent, search)}
    return render(request, "contacts/recent_filters.html", context)
