"""What the filter panel learns after the page: counts under the current search, and histograms to set a range by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.facet_counts import AMOUNTS, FieldCounts, FieldWanted, Figure
from apps.contacts.facets.pairs import MONEY_EDGES
from apps.contacts.facets.queries import Option
from apps.contacts.fields import EMPLOYEE_BANDS, Operator
from apps.contacts.joint_fields import LOCATION
from apps.contacts.models import Industry
from apps.contacts.pages.filter_panel import (
    BARRED,
    count_html,
    field_of,
    is_faceted,
    marked,
    most_shown,
    named_options,
    options_field,
    options_html,
    place_filters,
    places_html,
)
from apps.contacts.queries import counts_under
from apps.contacts.search import Search
from apps.core.local_figures import grouped

_MOST_NAMED = 30  # values that are on; a pasted list may hold hundreds
_BAR_HEIGHT = 36


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a histogram, in the units of its SVG, and the range that a click on it sets ('' is no end)."""

    x: int
    y: int
    height: int
    gte: str
    lte: str
    says: str
    is_in_range: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    field: str
    label: str
    bars: tuple[Bar, ...]
    edges: str  # lower ends of the bars and the upper end of the last, for the handles: "0,100000,…"
    names: str  # the same in words: "0|100K|…"
    low: int  # where the handles stand, as numbers of edges
    high: int
    low_name: str
    high_name: str

    @property
    def most(self) -> int:
        return len(self.bars)

    @property
    def width(self) -> int:
        return 10 * len(self.bars)


@dataclass(frozen=True, slots=True)
class CountedControl:
    field: str
    values: SafeString | None  # None: it has no list of values
    empty: SafeString
    histogram: Histogram | None


def counted_controls(names: Iterable[str], search: Search, access: Access) -> list[CountedControl]:
    """Some filters' values with their counts under the search, the most frequent first."""
    wanted = fields_to_count(names, search, access)
    counts = counts_under(search, wanted, access)
    return [_control(one, search, counts[one.name]) for one in wanted]


def fields_to_count(names: Iterable[str], search: Search, access: Access) -> list[FieldWanted]:
    """What there is to count of some filters: nothing of those that have neither values nor bars."""
    return [
        FieldWanted(name, options_field(name, access), _held_now(name, search), most_shown(name))
        for name in names
        if is_faceted(name) or name in AMOUNTS
    ]


def found_options(name: str, options: Sequence[Option], search: Search, access: Access) -> SafeString:
    """Values that were looked for, with their counts under the search, in their order."""
    values = tuple(option.value for option in options)
    counts = counts_under(search, [FieldWanted(name, options_field(name, access), values, 0)], access)[
        name
    ].values
    known = {value: counts[value] for value in values if value in counts}
    return _html(name, known, search, len(known))


def _held_now(name: str, search: Search) -> tuple[str, ...]:
    """The values that are on, as the dictionary names them: an industry and an owner by id."""
    raws = [
        raw
        for found in search.filters_on(name)
        if found.operator in {Operator.ANY_OF, Operator.NONE_OF}
        for raw in found.raw
    ][:_MOST_NAMED]
    if raws and name == "industry":
        lowered = {raw.lower() for raw in raws}
        return tuple(
            str(pk) for pk, held in Industry.objects.values_list("pk", "name") if held.lower() in lowered
        )
    if raws and name == "owner":
        emails = [raw.lower() for raw in raws]
        return tuple(map(str, AdminUser.objects.filter(email__in=emails).values_list("pk", flat=True)))
    return tuple(raws)


def _control(one: FieldWanted, search: Search, counts: FieldCounts) -> CountedControl:
    values = None
    if is_faceted(one.name):
        shown = [*one.named, *_most_frequent(one, counts)]
        values = _html(
            one.name, {value: counts.values[value] for value in shown if value in counts.values}, search
        )
        if one.name == LOCATION:
            values = SafeString(places_html(place_filters(search)) + values)
    empty = SafeString("" if counts.empty is None else count_html(counts.empty.number, counts.empty.accuracy))
    histogram = _histogram(one.name, search, counts.bars) if one.name in BARRED and counts.bars else None
    return CountedControl(one.name, values, empty, histogram)


def _most_frequent(one: FieldWanted, counts: FieldCounts) -> list[str]:
    if one.name == "employees":
        return [label for label, _low, _high in EMPLOYEE_BANDS]
    ranked = sorted(counts.values, key=lambda value: -counts.values[value].number)
    return [value for value in ranked if value not in one.named][: one.most]


def _html(name: str, figures: dict[str, Figure], search: Search, most: int | None = None) -> SafeString:
    active = {found.operator: found.raw for found in search.filters_on(name)}
    options = named_options(
        name,
        [Option(value, figure.number) for value, figure in figures.items()],
        {value: figure.accuracy for value, figure in figures.items()},
    )
    if most is None:
        return SafeString(options_html(marked(options, active), name))
    included, excluded = active.get(Operator.ANY_OF, ()), active.get(Operator.NONE_OF, ())
    return SafeString(
        options_html(
            (
                replace(option, is_included=option.value in included, is_excluded=option.value in excluded)
                for option in options[:most]
            ),
            name,
        )
    )


def _histogram(name: str, search: Search, figures: Sequence[Figure]) -> Histogram:
    edges = _edges(name)
    active = {found.operator: found.values[0] for found in search.filters_on(name) if found.values}
    gte, lte = active.get(Operator.GTE), active.get(Operator.LTE)
    low = max((place for place, edge in enumerate(edges) if isinstance(gte, int) and edge <= gte), default=0)
    high = len(edges)
    if isinstance(lte, int):
        high = next((place for place, edge in enumerate(edges) if place and edge > lte), len(edges))
    names = [*(_short(edge) for edge in edges), _("no limit")]
    most = max((figure.number for figure in figures), default=0) or 1
    bars = []
    for place, figure in enumerate(figures):
        height = max(round(_BAR_HEIGHT * figure.number / most), 1) if figure.number else 0
        says = _("%(low)s to %(high)s") % {"low": names[place], "high": names[place + 1]}
        about = "" if figure.accuracy == "exact" else "~"
        bars.append(
            Bar(
                x=10 * place,
                y=_BAR_HEIGHT - height,
                height=height,
                gte=str(edges[place]) if place else "",
                lte=str(edges[place + 1] - 1) if place + 1 < len(edges) else "",
                says=f"{says}: {about}{grouped(figure.number)}",
                is_in_range=low <= place < high,
            )
        )
    return Histogram(
        field=name,
        label=field_of(name).label,
        bars=tuple(bars),
        edges=",".join(map(str, edges)),
        names="|".join(names),
        low=low,
        high=high,
        low_name=names[low],
        high_name=names[high],
    )


def _edges(name: str) -> list[int]:
    """Lower ends of the bars."""
    return [low for _label, low, _high in EMPLOYEE_BANDS] if name == "employees" else [0, *MONEY_EDGES]


def _short(number: int) -> str:
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if number >= size and number % size == 0:
            return f"{number // size}{letter}"
    return grouped(number)
