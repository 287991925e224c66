"""Addresses that carry a search along."""

from django.urls import reverse

from apps.contacts.cursors import Cursor
from apps.contacts.search import Search


def list_href(search: Search, *, record: int | None = None, after: Cursor | None = None) -> str:
    """The list of a search, from its first page or after a cursor, with a record open beside it or none."""
    extra = {name: str(value) for name, value in (("after", after), ("record", record)) if value is not None}
    return _with_query(reverse("contact_list"), search.query_string(extra))


def record_href(contact_id: int, search: Search) -> str:
    """A contact's page that knows which search it was opened from."""
    return _with_query(reverse("contact_detail", args=[contact_id]), search.query_string())


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
