"""Addresses that carry a search along."""

from collections.abc import Callable

from django.urls import reverse

from apps.contacts.cursors import Cursor
from apps.contacts.search import Search


def list_href(search: Search, *, record: int | None = None, after: Cursor | None = None) -> str:
    """The list of a search, from its first page or after a cursor, with a record open beside it or none."""
    extra = {name: str(value) for name, value in (("after", after), ("record", record)) if value is not None}
    return _with_query(reverse("contact_list"), search.query_string(extra))


def record_hrefs(search: Search) -> Callable[[int], str]:
    """The addresses of contacts' pages that know which search they were opened from."""
    before, behind = _with_query(reverse("contact_detail", args=[0]), search.query_string()).split("0", 1)
    return lambda contact_id: f"{before}{contact_id}{behind}"


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
