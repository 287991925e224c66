"""Which people the list shows, read from its address and written back into one."""

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import QueryDict

from apps.accounts.models import AdminUser
from apps.accounts.people.status import Status, has_status
from apps.core.converters import id_or_none

_LONGEST_TEXT = 200
_NAME = Lower(Coalesce(NullIf(F("name"), Value("")), F("email")))
SORTS = ("name", "role", "last_seen")


@dataclass(frozen=True, slots=True)
class PeopleSearch:
    """What is looked for; a value that the address got wrong counts as not given."""

    text: str = ""
    role: str = ""
    status: str = ""
    sort: str = "name"  # one of SORTS, after "-" the other way round
    page: int = 1

    @classmethod
    def of(cls, parameters: QueryDict) -> Self:
        sort = parameters.get("sort", "")
        return cls(
            text=parameters.get("q", "").replace("\0", "").strip()[:_LONGEST_TEXT],
            role=_known(parameters.get("role", ""), AdminUser.Role.values),
            status=_known(parameters.get("status", ""), Status.values),
            sort=sort if sort.removeprefix("-") in SORTS else "name",
            page=min(id_or_none(parameters.get("page", "")) or 1, 10**6),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.text or self.role or self.status)

    def query(self, *, is_all: bool = False, **changes: Any) -> str:
        """The address's query of this search with changes, without what is as usual: "?q=ann&page=2" or "".

        `is_all` says in it that everybody who matches is meant.
        """
        given = replace(self, **changes).parameters()
        if is_all:
            given["all"] = "1"
        return f"?{urlencode(given)}" if given else ""

    def parameters(self) -> dict[str, str]:
        """What an address says of this search, without what is as usual."""
        usual = PeopleSearch()
        values = {"q": self.text, "role": self.role, "status": self.status}
        given = {name: value for name, value in values.items() if value}
        if self.sort != usual.sort:
            given["sort"] = self.sort
        if self.page != usual.page:
            given["page"] = str(self.page)
        return given

    def people(self) -> QuerySet[AdminUser]:
        """Everybody who matches, in order."""
        people = AdminUser.objects.filter(*self._conditions())
        return people.order_by(*self._order())

    def _conditions(self) -> list[Q]:
        conditions = [Q(name__icontains=word) | Q(email__icontains=word) for word in self.text.split()]
        if self.role:
            conditions.append(Q(role=self.role))
        if self.status:
            conditions.append(has_status(Status(self.status)))
        return conditions

    def _order(self) -> list[OrderBy]:
        is_descending = self.sort.startswith("-")
        name = OrderBy(_NAME, descending=is_descending and self.sort == "-name")
        by_sort = {
            "name": [],
            "role": [OrderBy(F("role"), descending=is_descending)],
            # Seen last first; who never came is at the end either way.
            "last_seen": [OrderBy(F("last_seen_at"), descending=not is_descending, nulls_last=True)],
        }
        return [*by_sort[self.sort.removeprefix("-")], name, OrderBy(F("pk"))]


def _known(value: str, values: list[str]) -> str:
    return value if value in values else ""
