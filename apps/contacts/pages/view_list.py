"""The page of all views: whose they are, what they ask for, when they were last opened; later how many they find."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from apps.accounts.access import Access
from apps.contacts.pages.chips import Chip, chips_of
from apps.contacts.pages.view_bar import view_href
from apps.contacts.paging import Count
from apps.contacts.queries import count_of
from apps.contacts.saved_views.queries import Kept, View
from apps.contacts.search import Search

# Most counts take a millisecond, the longest some tenths of a second: asked for as their lines come in sight.
COUNTED_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class ViewLine:
    """One view. `left_out` is how many parts of its search are not for this person.

    `counts_href` is where the first line of some asks how many each of them finds.
    """

    view: View
    href: str
    chips: list[Chip]
    left_out: int
    seen_at: datetime | None
    is_default: bool
    is_own: bool
    may_change: bool
    counts_href: str = ""


def view_lines(kept: Kept, access: Access) -> list[ViewLine]:
    lines = [_line(view, kept, access) for view in kept.views.values()]
    for first in range(0, len(lines), COUNTED_AT_ONCE):
        some = lines[first : first + COUNTED_AT_ONCE]
        lines[first] = replace(some[0], counts_href=_counts_href([line.view.id for line in some]))
    return lines


def _counts_href(view_ids: Sequence[int]) -> str:
    return f"{reverse('view_counts')}?{urlencode({'view': view_ids}, doseq=True)}"


def counts_of_views(view_ids: Iterable[int], kept: Kept, access: Access) -> dict[int, Count]:
    """How many contacts some of the views find, the first COUNTED_AT_ONCE of them; no word of other people's views."""
    wanted = [pk for pk in dict.fromkeys(view_ids) if pk in kept.views][:COUNTED_AT_ONCE]
    return {pk: count_of(Search.parse(kept.views[pk].parameters, access), access) for pk in wanted}


def _line(view: View, kept: Kept, access: Access) -> ViewLine:
    search = Search.parse(view.parameters, access)
    visit = kept.visits.get(view.id)
    return ViewLine(
        view=view,
        href=view_href(view.id),
        chips=chips_of(search),
        left_out=len(search.problems),
        seen_at=visit.seen_at if visit else None,
        is_default=view == kept.default,
        is_own=view.owner_id == access.user_id,
        may_change=view.may_be_changed(access),
    )
