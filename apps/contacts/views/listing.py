"""The contact list and the option lists of its filters."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.apollo_url import is_apollo_address
from apps.contacts.facets.queries import total_contacts
from apps.contacts.fields import Kind
from apps.contacts.pages.addresses import Origin, list_href
from apps.contacts.pages.chips import chips_of
from apps.contacts.pages.filter_panel import GROUP_KEYS, field_of, named_options, offered_fields, panel_groups
from apps.contacts.pages.no_match import ways_out
from apps.contacts.pages.options import MOST_OPTIONS, options_matching
from apps.contacts.pages.recent_filters import recent_filters
from apps.contacts.pages.record import record_context
from apps.contacts.pages.search_examples import search_examples
from apps.contacts.pages.similar import similar_context
from apps.contacts.pages.table import editable_cells, table_columns, table_rows
from apps.contacts.pages.view_bar import clear_href, view_bar, view_href
from apps.contacts.paging import Count, Page
from apps.contacts.queries import search_page_or_similar
from apps.contacts.saved_views.columns import shown_columns
from apps.contacts.saved_views.opening import OpenList, open_list
from apps.contacts.search import Search
from apps.contacts.search_text import unknown_prefixes
from apps.contacts.views.apollo import open_translated, take_translation
from apps.core.converters import id_or_none


@dataclass(frozen=True, slots=True)
class ShownCount:
    number: int
    is_exact: bool

    @property
    def label(self) -> str:
        figure = number_format(self.number, force_grouping=True)
        return figure if self.is_exact else _("more than %(number)s") % {"number": figure}


@require_safe
@requires(Capability.BROWSE, limit="search")
def contact_list(request: HttpRequest, access: Access) -> HttpResponse:
    typed = request.GET.get("q", "")
    if is_apollo_address(typed):
        return open_translated(request, access, typed)
    opened = open_list(request.GET, access)
    if not request.GET and not request.htmx and opened.kept.default:  # type: ignore[attr-defined]
        return redirect(view_href(opened.kept.default.id))
    asked = opened.search
    search, page = search_page_or_similar(asked, access)
    opened = replace(opened, search=search)
    context = {
        "nav_current": "contacts",
        "search": search,
        "search_query": search.query_string(),
        "problems": search.problems,
        "unknown_prefix": next(iter(unknown_prefixes(search.text)), ""),
        **similar_context(asked, search, page),
        "chips": chips_of(search),
        "clear_href": clear_href(opened),
        "bar": view_bar(opened, access),
        "editable_cells": editable_cells(access),
        "selection_key": urlencode(search.criteria()),
        "selection_query": search.query_string({"after": str(search.cursor)} if search.cursor else None),
        **_table(opened, page, access),
        **_result(page, search),
    }
    if not page.ids:
        context["ways_out"] = ways_out(context["chips"], access)
    if request.headers.get("HX-Target", "").endswith("results"):
        return render(request, "contacts/list.html#results", context)
    context["translated"] = take_translation(request, asked)
    context["search_examples"] = search_examples(access)
    context["list_href"] = list_href(asked)
    habits = opened.kept.habits(access)
    groups = panel_groups(search, access, habits.pinned)
    context["panel_groups"] = groups
    context["group_order"] = " ".join(GROUP_KEYS)
    context["recent"] = recent_filters(habits.recent, search)
    # Filters that the panel has no inputs for ride along in its form, or the next change would drop them.
    offered = offered_fields(groups)
    context["carried"] = [
        (found.parameter, raw) for found in search.filters if found.field not in offered for raw in found.raw
    ]
    context["record"] = _open_record(request.GET.get("record", ""), search, access)
    return render(request, "contacts/list.html", context)


def _table(opened: OpenList, page: Page, access: Access) -> dict[str, Any]:
    columns = table_columns(opened.search, access, opened.columns)
    return {
        "columns": columns,
        "table_width": sum(column.width for column in columns),
        "is_chosen": opened.columns.chosen != shown_columns((), access).chosen,
        "density": opened.density,
        "rows": table_rows(page.ids, opened.search, access, opened.columns),
    }


def _result(page: Page, search: Search) -> dict[str, Any]:
    count: Count = page.count
    return {
        "total": total_contacts() if search.is_narrowed else count.number,
        "count": ShownCount(count.number, count.is_exact),
        "first_index": page.first_index + 1,
        "last_index": page.first_index + len(page.ids),
        "previous_href": list_href(search, after=page.previous) if page.previous else None,
        "next_href": list_href(search, after=page.next) if page.next else None,
    }


def _open_record(raw: str, search: Search, access: Access) -> dict[str, Any] | None:
    """What the side panel shows for `?record=`; None for no such contact."""
    contact_id = id_or_none(raw)
    if contact_id is None:
        return None
    return record_context(contact_id, Origin(search, is_beside_list=True), access)


@require_safe
@requires(Capability.BROWSE, limit="search")
def contact_options(request: HttpRequest, access: Access, field: str) -> HttpResponse:
    """Values of a field as typed, with counts, for pickers: {"results": [{"id", "text", "count"}], "pagination"}."""
    text = " ".join(request.GET.get("q", "").split())[:200]
    if "\0" in text:
        return JsonResponse({"error": _("The text holds a NUL character.")}, status=400)
    options = named_options(field, options_matching(field, text, access))
    is_choice = field_of(field).kind is Kind.CHOICE  # forms take the words in English
    results = [
        {"id": option.value, "text": option.value if is_choice else option.label, "count": option.n}
        for option in options
    ]
    return JsonResponse(
        {"results": results[:MOST_OPTIONS], "pagination": {"more": len(results) > MOST_OPTIONS}}
    )
