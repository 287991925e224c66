"""The contact list and the option lists of its filters."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.views.decorators.http import require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.facets.queries import Option, matching_values, total_contacts
from apps.contacts.fields import FIELDS, LOCATION_FIELDS
from apps.contacts.pages.addresses import Origin, list_href
from apps.contacts.pages.chips import chips_of
from apps.contacts.pages.filter_panel import named_options, offered_fields, panel_groups
from apps.contacts.pages.record import record_context
from apps.contacts.pages.table import table_columns, table_rows
from apps.contacts.paging import Count, Page
from apps.contacts.queries import industries_matching, owners_matching, search_page
from apps.contacts.search import LOCATION, Search

MOST_OPTIONS = 20


@dataclass(frozen=True, slots=True)
class ShownCount:
    number: int
    is_exact: bool

    @property
    def label(self) -> str:
        figure = number_format(self.number, force_grouping=True)
        return figure if self.is_exact else f"more than {figure}"


@require_safe
@requires(Capability.BROWSE)
def contact_list(request: HttpRequest, access: Access) -> HttpResponse:
    search = Search.parse(request.GET, access, ignored=("record",))
    page = search_page(search, access)
    context = {
        "nav_current": "contacts",
        "search": search,
        "search_query": search.query_string(),
        "problems": search.problems,
        "chips": chips_of(search),
        "clear_href": reverse("contact_list"),
        "columns": table_columns(search, access),
        **_result(page, search, access),
    }
    if request.headers.get("HX-Target", "").endswith("results"):
        return render(request, "contacts/list.html#results", context)
    groups = panel_groups(search, access)
    context["panel_groups"] = groups
    # Filters that the panel has no inputs for ride along in its form, or the next change would drop them.
    offered = offered_fields(groups)
    context["carried"] = [
        (found.parameter, raw) for found in search.filters if found.field not in offered for raw in found.raw
    ]
    context["record"] = _open_record(request.GET.get("record", ""), search, access)
    return render(request, "contacts/list.html", context)


def _result(page: Page, search: Search, access: Access) -> dict[str, Any]:
    count: Count = page.count
    return {
        "total": total_contacts() if search.is_narrowed else count.number,
        "count": ShownCount(count.number, count.is_exact),
        "rows": table_rows(page.ids, search, access),
        "first_index": page.first_index + 1,
        "last_index": page.first_index + len(page.ids),
        "previous_href": list_href(search, after=page.previous) if page.previous else None,
        "next_href": list_href(search, after=page.next) if page.next else None,
    }


def _open_record(raw: str, search: Search, access: Access) -> dict[str, Any] | None:
    """What the side panel shows for `?record=`; None for no such contact."""
    if not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        return None
    return record_context(int(raw), Origin(search, is_beside_list=True), access)


@require_safe
@requires(Capability.BROWSE)
def contact_options(request: HttpRequest, access: Access, field: str) -> HttpResponse:
    """Values of a field as typed, with counts, for pickers: {"results": [{"id", "text", "count"}], "pagination"}."""
    text = " ".join(request.GET.get("q", "").split())[:200]
    if "\0" in text:
        return JsonResponse({"error": "The text holds a NUL character."}, status=400)
    options = named_options(field, _options(field, text, access))
    results = [{"id": option.value, "text": option.label, "count": option.n} for option in options]
    return JsonResponse(
        {"results": results[:MOST_OPTIONS], "pagination": {"more": len(results) > MOST_OPTIONS}}
    )


def _options(field: str, text: str, access: Access) -> list[Option]:
    """One more than are shown. A field that is no option list, or may not be read, does not exist."""
    most = MOST_OPTIONS + 1
    if field == LOCATION:
        places = [name for name in LOCATION_FIELDS if access.can_read(name)]
        if not places:
            raise Http404
        found = [option for place in places for option in matching_values(place, text, most)]
        return sorted(_without_repeats(found), key=lambda option: -option.n)[:most]
    if not access.can_read(field) or field not in FIELDS or not FIELDS[field].faceted:
        raise Http404
    if field == "industry":
        return industries_matching(text, most)
    if field == "owner":
        return owners_matching(text, most)
    return matching_values(field, text, most)


def _without_repeats(options: list[Option]) -> list[Option]:
    """A value that is both a city and a state stands for both."""
    sums: dict[str, int] = {}
    for option in options:
        sums[option.value] = max(sums.get(option.value, 0), option.n)
    return [Option(value, n) for value, n in sums.items()]
