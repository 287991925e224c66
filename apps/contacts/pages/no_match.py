"""What to say when nobody matches: which one of the filters keeps everybody away."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.access import Access
from apps.contacts.pages.chips import Chip
from apps.contacts.paging import Count
from apps.contacts.queries import count_of

MOST_TRIED = 6  # each is a search of its own


@dataclass(frozen=True, slots=True)
class WayOut:
    """A filter to drop, and how many contacts match without it."""

    chip: Chip
    count: Count


def ways_out(chips: Sequence[Chip], access: Access) -> list[WayOut]:
    """Of the filters those each of which alone is to blame; of many filters only the first are tried."""
    tried = [WayOut(chip, count_of(chip.rest, access)) for chip in chips[:MOST_TRIED]]
    return [each for each in tried if each.count.number]
