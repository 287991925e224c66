"""What an address of the contact list opens: a search, the view it belongs to, and how its list looks.

`view=7` alone opens the view's search. With other parameters of a search, or `own=1`, they are the search, and the view
is what they are compared with. `columns` and `density` come before what the person keeps, that before the view's own.
"""

from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.accounts.access import Access
from apps.contacts.saved_views.columns import ShownColumns, columns_text, parse_columns, shown_columns
from apps.contacts.saved_views.models import Density
from apps.contacts.saved_views.queries import Kept, Layout, View, kept_for, normal_query
from apps.contacts.search import CARRIED, Problem, Search
from apps.core.converters import id_or_none

ALL = "all"  # view=all is the list without a view, for who starts with one
OWN = "own"
# Of the page, and not of the search.
OF_THE_PAGE = ("record",)


@dataclass(frozen=True, slots=True)
class OpenList:
    """A contact list as an address opens it for one person."""

    search: Search
    kept: Kept
    view: View | None
    columns: ShownColumns
    density: str  # "" = as the person has it everywhere
    has_own_columns: bool = False  # the address, the person or the view names some
    is_changed: bool = False  # it is not what the view has saved, be it the search or how it looks

    @property
    def full_query(self) -> str:
        """The list for a colleague: with its columns, and without what is this person's alone."""
        others = [(name, value) for name, value in self.search.carried if name not in {"columns", "density"}]
        carried = [*others, ("columns", columns_text(self.columns.chosen))]
        if self.density:
            carried.append(("density", self.density))
        return replace(self.search, carried=tuple(carried)).query_string()


def open_list(parameters: QueryDict, access: Access) -> OpenList:
    """The list of an address. A view that is not this person's to see is a problem like one that does not exist."""
    kept = kept_for(access)
    view, is_unknown = _view_of(parameters, kept)
    search = _search(parameters, view, access)
    problems = [Problem("view", _("There is no such view."))] if is_unknown else []
    saved = Layout(view.columns, view.density) if view else Layout()
    own = kept.layouts.get(view.id if view else None, saved)
    asked = _asked(parameters)
    columns = shown_columns(asked.columns or own.columns, access)
    # What a person keeps was readable once; only of what the address or the view says do they hear.
    if shown_columns(asked.columns or saved.columns, access).has_unknown:
        problems.append(Problem("columns", _("There is no such column.")))
    return OpenList(
        search=replace(
            search,
            carried=_carried(search, view, kept),
            problems=(*search.problems, *problems),
        ),
        kept=kept,
        view=view,
        columns=columns,
        density=asked.density or own.density,
        has_own_columns=bool(asked.columns or own.columns),
        is_changed=view is not None
        and (
            normal_query(search) != normal_query(Search.parse(view.parameters, access))
            or columns.chosen != shown_columns(saved.columns, access).chosen
            or (asked.density or own.density) != saved.density
        ),
    )


def _view_of(parameters: QueryDict, kept: Kept) -> tuple[View | None, bool]:
    """The view that is named, and whether the name is of none."""
    raw = parameters.get("view", "")
    if raw in {"", ALL}:
        return None, False
    pk = id_or_none(raw)
    view = kept.views.get(pk) if pk is not None else None
    return view, view is None


def _search(parameters: QueryDict, view: View | None, access: Access) -> Search:
    """The address's own search; where it has none, the view's."""
    beside = {*CARRIED, *OF_THE_PAGE, "after"}
    if view is None or OWN in parameters or any(name not in beside for name in parameters):
        return Search.parse(parameters, access, ignored=OF_THE_PAGE)
    of_view = view.parameters.copy()
    for name in (*CARRIED, "after"):
        of_view.setlist(name, parameters.getlist(name))
    return Search.parse(of_view, access)


def _carried(search: Search, view: View | None, kept: Kept) -> tuple[tuple[str, str], ...]:
    """What rides along in the addresses made from this list: their search is their own, even where it is empty."""
    looks = [(name, value) for name, value in search.carried if name not in {"view", OWN}]
    if view is not None:
        return (("view", str(view.id)), (OWN, "1"), *looks)
    return (("view", ALL), *looks) if kept.default else tuple(looks)


def _asked(parameters: QueryDict) -> Layout:
    density = parameters.get("density", "")
    return Layout(parse_columns(parameters.get("columns", "")), density if density in Density.values else "")
