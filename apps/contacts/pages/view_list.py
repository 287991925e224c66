"""The page of all views: whose they are, what they find, when they were last opened."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.access import Access
from apps.contacts.pages.chips import Chip, chips_of
from apps.contacts.pages.view_bar import view_href
from apps.contacts.paging import Count
from apps.contacts.queries import search_page
from apps.contacts.saved_views.queries import Kept, View
from apps.contacts.search import Search

MOST_COUNTED = 30  # each is a search of its own


@dataclass(frozen=True, slots=True)
class ViewLine:
    """One view. `left_out` is how many parts of its search are not for this person; of many, the last have no count."""

    view: View
    href: str
    chips: list[Chip]
    count: Count | None
    left_out: int
    seen_at: datetime | None
    is_default: bool
    is_own: bool
    may_change: bool


def view_lines(kept: Kept, access: Access) -> list[ViewLine]:
    views = kept.views.values()
    return [_line(view, kept, access, is_counted=place < MOST_COUNTED) for place, view in enumerate(views)]


def _line(view: View, kept: Kept, access: Access, *, is_counted: bool) -> ViewLine:
    search = Search.parse(view.parameters, access)
    visit = kept.visits.get(view.id)
    return ViewLine(
        view=view,
        href=view_href(view.id),
        chips=chips_of(search),
        count=search_page(search, access).count if is_counted else None,
        left_out=len(search.problems),
        seen_at=visit.seen_at if visit else None,
        is_default=view == kept.default,
        is_own=view.owner_id == access.user_id,
        may_change=view.may_be_changed(access),
    )
