"""A person's recent filters, each with the address that adds it to the current search."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from apps.contacts.pages.addresses import list_href
from apps.contacts.pages.chips import chips_of
from apps.contacts.search import Filter, Search


@dataclass(frozen=True, slots=True)
class RecentFilter:
    label: str
    text: str
    is_exclusion: bool
    is_on: bool
    href: str
    key: str  # by which a script knows which filters are known: JSON of [parameter, [value, …]]


def recent_filters(recent: Iterable[Filter], search: Search) -> list[RecentFilter]:
    found = []
    for each in recent:
        chip = chips_of(Search(filters=(each,)))[0]
        key = json.dumps([each.parameter, list(each.raw)], ensure_ascii=False)
        href = list_href(with_filter(search, each))
        found.append(
            RecentFilter(chip.label, chip.text, chip.is_exclusion, each in search.filters, href, key)
        )
    return found


def with_filter(search: Search, added: Filter) -> Search:
    """The search with a filter; one of the same field and operator makes way for it."""
    kept = tuple(found for found in search.filters if found.parameter != added.parameter)
    return replace(search, filters=(*kept, added), cursor=None)
