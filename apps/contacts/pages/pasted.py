"""What a pasted list of values comes to: how many are known, which are not, and the search that they make."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from apps.accounts.access import Access
from apps.contacts.fields import Operator
from apps.contacts.pages.addresses import list_href
from apps.contacts.pages.recent_filters import with_filter
from apps.contacts.pasted_lists import pasted_values
from apps.contacts.queries import known_among
from apps.contacts.search import LONGEST_QUERY, MAX_VALUE_LENGTH, MAX_VALUES, Filter, Search

LONGEST_PASTED = 100_000  # characters
MOST_LOOKED_UP = 2_000  # values
MOST_NAMED = 20  # of the unknown


@dataclass(frozen=True, slots=True)
class PastedList:
    count: int
    known: int
    unknown: tuple[str, ...]  # the first MOST_NAMED of them
    unknown_count: int
    fitting: int  # of the known
    left_out: int  # known, but more than fit
    href: str  # of the list with this filter; '' when none is known


def pasted_list(name: str, text: str, search: Search, access: Access) -> PastedList:
    """A pasted text as values of a filter, which are added to those that are on."""
    values = [
        value
        for value in pasted_values(text[:LONGEST_PASTED])
        if len(value) <= MAX_VALUE_LENGTH and "\0" not in value
    ]
    known = known_among(name, values[:MOST_LOOKED_UP], access)
    known_ones = frozenset(known)
    unknown = [value for value in values if value not in known_ones]
    fitting, href = _fitting(name, known, search)
    return PastedList(
        count=len(values),
        known=len(known),
        unknown=tuple(unknown[:MOST_NAMED]),
        unknown_count=len(unknown),
        fitting=fitting,
        left_out=len(known) - fitting,
        href=href,
    )


def _fitting(name: str, known: Sequence[str], search: Search) -> tuple[int, str]:
    """How many values fit in one filter and its address, and that address."""
    number = len(known)
    while number:
        found = _with_values(name, known[:number], search)
        size = len(found.query_string().encode())
        if len(found.filters_on(name)[-1].raw) <= MAX_VALUES and size <= LONGEST_QUERY:
            return number, list_href(found)
        number = min(number - 1, MAX_VALUES, max(number * LONGEST_QUERY // max(size, LONGEST_QUERY), 1))
    return 0, ""


def _with_values(name: str, values: Sequence[str], search: Search) -> Search:
    on = next((found for found in search.filters_on(name) if found.operator is Operator.ANY_OF), None)
    raws = tuple(dict.fromkeys([*(on.raw if on else ()), *values]))
    return with_filter(replace(search, cursor=None), Filter(name, Operator.ANY_OF, raws, raws))
