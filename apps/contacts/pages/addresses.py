"""Addresses that carry a search along."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from apps.accounts.access import Access
from apps.contacts.cursors import Cursor
from apps.contacts.search import Search

# Of pages about one contact, besides the search that they were opened from.
OWN_PARAMETERS = ("as_of", "part", "before")


def list_href(search: Search, *, record: int | None = None, after: Cursor | None = None) -> str:
    """The list of a search, from its first page or after a cursor, with a record open beside it or none."""
    extra = {name: str(value) for name, value in (("after", after), ("record", record)) if value is not None}
    return _with_query(reverse("contact_list"), search.query_string(extra))


def record_hrefs(search: Search) -> Callable[[int], str]:
    """The addresses of contacts' pages that know which search they were opened from."""
    before, behind = _with_query(reverse("contact_detail", args=[0]), search.query_string()).split("0", 1)
    return lambda contact_id: f"{before}{contact_id}{behind}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a person came to a contact from: a search, and whether the contact stood beside its list or by itself.

    What is done with the contact carries this along and leads back there.
    """

    search: Search
    is_beside_list: bool = False

    @classmethod
    def of(cls, parameters: QueryDict, contact_id: int, access: Access) -> "Origin":
        search = Search.parse(parameters, access, ignored=(*OWN_PARAMETERS, "record"))
        return cls(search, is_beside_list=parameters.get("record") == str(contact_id))

    def act_href(self, url_name: str, contact_id: int, *more: int) -> str:
        """The address of an act on a contact, or on something of it that `more` names."""
        return _with_query(reverse(url_name, args=[contact_id, *more]), self.query_of(contact_id))

    def query_of(self, contact_id: int) -> str:
        extra = {"record": str(contact_id)} if self.is_beside_list else {}
        if self.is_beside_list and self.search.cursor:
            extra["after"] = str(self.search.cursor)
        return self.search.query_string(extra)

    def back_href(self, contact_id: int) -> str:
        if self.is_beside_list:
            return list_href(self.search, record=contact_id, after=self.search.cursor)
        return record_hrefs(self.search)(contact_id)


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
