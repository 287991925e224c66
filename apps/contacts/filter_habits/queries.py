"""A person's pinned groups and recent filters, as far as they may use them now."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from apps.accounts.access import Access
from apps.contacts.filter_habits.models import FilterHabits
from apps.contacts.search import Filter, Search

MOST_RECENT = 8


@dataclass(frozen=True, slots=True)
class Habits:
    pinned: tuple[str, ...] = ()  # keys of groups, the one pinned first in front
    recent: tuple[Filter, ...] = ()  # the latest first


def habits_of(access: Access) -> Habits:
    """What the person pinned and last filtered by."""
    found = FilterHabits.objects.filter(person_id=access.user_id).first()
    return readable_habits(found.pinned, found.recent, access) if found else Habits()


def readable_habits(pinned: Iterable[str], recent: Iterable[tuple[str, list[str]]], access: Access) -> Habits:
    """The same of what FilterHabits has. A filter on a column that they may no longer read is not among it."""
    return Habits(tuple(pinned), tuple(_readable(recent, access)))


def _readable(recent: Iterable[tuple[str, list[str]]], access: Access) -> list[Filter]:
    filters: list[Filter] = []
    for parameter, raws in recent:
        asked = QueryDict(mutable=True)
        asked.setlist(parameter, raws)
        filters += Search.parse(asked, access).filters
    return filters[:MOST_RECENT]
