"""Which contacts a person has chosen: some by their ids, or all that match a search."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Count, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict

from apps.accounts.access import Access
from apps.contacts.bulk.deeds import Deed
from apps.contacts.models import Contact
from apps.contacts.queries import all_matching, visible_to
from apps.contacts.search import Problem, Search
from apps.core.converters import id_or_none

MOST_CHOSEN = 10_000  # ids; more are chosen by a search


@dataclass(frozen=True, slots=True)
class Preview:
    """What a deed would come to now, in contacts: `there` of those chosen, of them `already` so and `spoilt` by it."""

    there: int
    already: int
    spoilt: int


@dataclass(frozen=True, slots=True)
class BulkSelection:
    """`search` is also where the person came from; with `ids` it chooses nobody."""

    search: Search
    ids: tuple[int, ...] | None = None

    @classmethod
    def of(cls, posted: QueryDict, access: Access) -> "BulkSelection":
        """What a form of the list says: `search`, and `all` or some `contact` (one id each, or several with commas)."""
        search = Search.parse(QueryDict(posted.get("search", "")), access, ignored=("record",))
        if posted.get("all"):
            return cls(search)
        raws = (raw for line in posted.getlist("contact") for raw in line.split(","))
        ids = {each for each in map(id_or_none, raws) if each is not None}
        return cls(search, tuple(sorted(ids)))

    @property
    def is_empty(self) -> bool:
        return self.ids == ()

    @property
    def is_too_long(self) -> bool:
        return self.ids is not None and len(self.ids) > MOST_CHOSEN

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was left out of the search. Then it finds more than was asked for, and must not be acted on."""
        return self.search.problems if self.ids is None else ()

    def count(self, access: Access) -> int:
        return self.found(access, lambda contacts: contacts.count())

    def preview(self, deed: Deed, access: Access) -> Preview:
        wanted: dict[str, Any] = {"there": Count("pk"), "differing": Count("pk", filter=deed.differs())}
        spoils = deed.spoils(access)
        if spoils is not None:
            wanted["spoilt"] = Count("pk", filter=deed.differs() & spoils)
        counts = self.found(access, lambda contacts: contacts.aggregate(**wanted))
        return Preview(counts["there"], counts["there"] - counts["differing"], counts.get("spoilt", 0))

    def found[T](self, access: Access, use: "Callable[[QuerySet[Contact]], T]") -> T:
        """What `use` makes of the chosen contacts that are there now."""
        if self.ids is None:
            return all_matching(self.search, access, use)
        return use(visible_to(access).filter(among(self.ids)))


def among(ids: Sequence[int]) -> RawSQL:
    """True of the contacts with these ids; one array, where IN would make a parameter of each."""
    return RawSQL("contacts_contact.id = ANY (%s)", [list(ids)], BooleanField())
