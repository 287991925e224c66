"""Which views a person has, and what is new in each."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q
from django.http import QueryDict

from apps.accounts.access import Access, Capability
from apps.contacts.conditions import Conditions
from apps.contacts.filter_habits.queries import Habits, readable_habits
from apps.contacts.models import Contact
from apps.contacts.queries import visible_to
from apps.contacts.saved_views.columns import Columns, held_columns
from apps.contacts.saved_views.models import SavedView
from apps.contacts.search import DEFAULT_PAGE_SIZE, SIMILAR, Search
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent.parent / "sql" / "views.sql")
MOST_NEW = 99
MOST_WATCHED = 30  # views in which what is new is counted: those opened last
# Looking at a contact costs some microseconds for each view: what is new is counted among so many of the newest.
NEWEST = 10_000


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as the list knows it."""

    id: int
    name: str
    query: str
    columns: Columns
    density: str
    is_shared: bool
    version: int
    owner_id: int
    owner: str

    @property
    def parameters(self) -> QueryDict:
        return QueryDict(self.query)

    def may_be_changed(self, access: Access) -> bool:
        """By its owner while it is private; a shared one by who may share views."""
        if self.is_shared:
            return access.can(Capability.SHARE_VIEWS)
        return self.owner_id == access.user_id and access.can(Capability.SAVE_VIEWS)


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns and row height; () and "" are those of everybody."""

    columns: Columns = ()
    density: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    seen_at: datetime | None
    seen_up_to: int | None
    is_default: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept for a person's contact list: the views they can open by id, in their order, what each is to
    them, and what they filter by.
    """

    views: Mapping[int, View] = field(default_factory=dict)
    visits: Mapping[int, Visit] = field(default_factory=dict)
    layouts: Mapping[int | None, Layout] = field(default_factory=dict)
    pinned_filters: Sequence[str] = ()  # as FilterHabits has them
    recent_filters: Sequence[tuple[str, list[str]]] = ()

    @property
    def default(self) -> View | None:
        """The view that this person starts with."""
        return next((self.views[pk] for pk, visit in self.visits.items() if visit.is_default), None)

    def habits(self, access: Access) -> Habits:
        return readable_habits(self.pinned_filters, self.recent_filters, access)


def views_of(access: Access, *, with_deleted: bool = False) -> Any:
    """A person's own views and the shared ones; another's private view does not exist for them."""
    views = SavedView.objects.filter(Q(owner_id=access.user_id) | Q(is_shared=True))
    return views if with_deleted else views.filter(deleted_at__isnull=True)


def kept_for(access: Access) -> Kept:
    """In one query, for every list asks it. In SQL: the ORM takes longer to write it than the database to answer."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["kept"], {"person": access.user_id or 0})
        return _kept(*map(json.loads, cursor.fetchone()))


def _kept(
    views: Sequence[dict[str, Any]],
    visits: Sequence[dict[str, Any]],
    layouts: Sequence[dict[str, Any]],
    habits: Mapping[str, Any],
) -> Kept:
    found = {each["id"]: _view(each) for each in views}
    return Kept(
        views=found,
        visits={
            each["view_id"]: Visit(_moment(each["seen_at"]), each["seen_up_to"], each["is_default"])
            for each in visits
            if each["view_id"] in found
        },
        layouts={
            each["view_id"]: Layout(held_columns(each["columns"]), each["density"])
            for each in layouts
            if each["view_id"] is None or each["view_id"] in found
        },
        pinned_filters=habits.get("pinned", ()),
        recent_filters=habits.get("recent", ()),
    )


def _view(row: dict[str, Any]) -> View:
    names = ("id", "name", "query", "density", "is_shared", "version", "owner_id", "owner")
    return View(columns=held_columns(row["columns"]), **{name: row[name] for name in names})


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, or where it is taken the first that is free: "Prospects 2" for "Prospects"."""
    known = {each.lower() for each in taken}
    numbered = (f"{name[:70]} {number}" for number in range(2, len(known) + 3))
    return next(each for each in (name, *numbered) if each.lower() not in known)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def normal_query(search: Search) -> str:
    """A search as views keep it: the same for the same search, in whatever order its filters were chosen."""
    in_order = [*sorted(search.filters, key=lambda one: (one.parameter, one.raw))]
    parameters = QueryDict(mutable=True)
    if search.text:
        parameters["q"] = search.text
    if search.is_similar:
        parameters["similar"] = SIMILAR
    for found in in_order:
        parameters.setlist(found.parameter, sorted(found.raw))
    parameters.setlist("sort", [str(key) for key in search.sort])
    if search.page_size != DEFAULT_PAGE_SIZE:
        parameters["page_size"] = str(search.page_size)
    return parameters.urlencode()


def hidden_query(query: str, access: Access) -> str:
    """The parts of a view's search that exist, but not for this person: saving keeps them."""
    hidden = QueryDict(mutable=True)
    everything = Access.of_operator()
    for name, values in QueryDict(query).lists():
        for value in values:
            one = QueryDict(mutable=True)
            one[name] = value
            if Search.parse(one, access).problems and not Search.parse(one, everything).problems:
                hidden.appendlist(name, value)
    return hidden.urlencode()


@dataclass(frozen=True, slots=True)
class NewCount:
    """Contacts of a view that came since somebody last opened it; not exact: more than `number`."""

    number: int
    is_exact: bool = True


def newest_contact() -> int:
    """The id of the newest contact; 0 where there is none."""
    return Contact.objects.aggregate(newest=Max("pk"))["newest"] or 0


def new_counts(kept: Kept, access: Access) -> dict[int, NewCount]:
    """For each view opened before, what is new in it; those with nothing new are left out.

    By id: the ids of contacts grow, and one that comes back from the trash is not new. Contacts are looked at once, for
    all views together, and no more than NEWEST of them.
    """
    visits = sorted(
        (visit.seen_at, pk, visit.seen_up_to)
        for pk, visit in kept.visits.items()
        if visit.seen_at is not None and visit.seen_up_to is not None
    )
    newest = newest_contact() if visits else 0
    outdated = {pk: up_to for _, pk, up_to in [one for one in visits if one[2] < newest][-MOST_WATCHED:]}
    if not outdated:
        return {}
    floor = max(min(outdated.values()), newest - NEWEST)
    numbers = (
        visible_to(access)
        .filter(pk__gt=floor)
        .aggregate(
            **{
                f"view_{pk}": Count(
                    "pk",
                    filter=Q(pk__gt=up_to) & Conditions(_search_of(kept.views[pk], access), access).where(),
                )
                for pk, up_to in outdated.items()
            }
        )
    )
    return {
        pk: NewCount(min(number, MOST_NEW), number <= MOST_NEW and up_to >= floor)
        for pk, up_to in outdated.items()
        if (number := numbers[f"view_{pk}"])
    }


def _search_of(view: View, access: Access) -> Search:
    return Search.parse(view.parameters, access)
