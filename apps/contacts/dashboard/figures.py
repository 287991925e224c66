"""The figures of the dashboard. Each is a number of contacts, and leads to the list of exactly these contacts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.access import Access
from apps.contacts.dashboard.queries import company_count, most_frequent
from apps.contacts.dashboard.summaries import NO_PHONE, Kept, kept_summaries
from apps.contacts.facets.queries import Option
from apps.contacts.fields import FIELDS
from apps.core.days import start_of
from apps.core.local_figures import grouped

WEEKS = (26, 52)  # that growth can be shown for
MOST_VALUES = 6  # of a field, besides all others and none
STALE_MONTHS = 12
SILENT_MONTHS = 6
_MOMENTS = ("created_at", "import_id", "updated_at", "last_contacted_at")
_BROKEN_DOWN = ("email_status", "industry", "country", "seniority", "stage")
# What a contact should have, by the fields that are all empty when it is missing.
_EXPECTED: dict[str, tuple[str, ...]] = {
    "email": ("email",),
    NO_PHONE: ("work_direct_phone", "mobile_phone"),
    "work_direct_phone": ("work_direct_phone",),
    "mobile_phone": ("mobile_phone",),
    "title": ("title",),
    "company": ("company",),
    "industry": ("industry",),
    "country": ("country",),
    "person_linkedin_url": ("person_linkedin_url",),
}

type Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of contacts and the list behind it. `per_cent` is of all contacts, `width` of the longest bar.

    The rest is other values, or none: it has no bar, which would be the longest and say little.
    """

    label: str
    number: int
    parameters: tuple[tuple[str, str], ...]
    per_cent: float = 0
    width: float = 0
    is_rest: bool = False

    @property
    def href(self) -> str:
        path = reverse("contact_list")
        return f"{path}?{urlencode(self.parameters)}" if self.parameters else path


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """The contacts made in a week and still there; of an import and by hand, for who may know."""

    monday: date
    all: Figure
    imported: Figure | None
    by_hand: Figure | None

    @property
    def figures(self) -> list[Figure]:
        return [figure for figure in (self.all, self.imported, self.by_hand) if figure]

    @property
    def top(self) -> float:
        """Where its bar begins, in per cent from above."""
        return 100 - self.all.width

    @property
    def top_of_imported(self) -> float:
        return 100 - self.imported.width if self.imported else 100

    @property
    def is_first_of_month(self) -> bool:
        return self.monday.day <= 7

    @property
    def in_words(self) -> str:
        number = self.all.number
        said = ngettext(
            "Week of %(day)s: %(number)s new contact", "Week of %(day)s: %(number)s new contacts", number
        ) % {"day": date_format(self.monday, "DATE_FORMAT"), "number": grouped(number)}
        if self.imported is None or not number:
            return said
        return _("%(said)s, %(imported)s of them by imports") % {
            "said": said,
            "imported": grouped(self.imported.number),
        }


@dataclass(frozen=True, slots=True)
class Growth:
    """New contacts by week, the latest first."""

    weeks: tuple[Week, ...]
    is_split: bool
    choices: tuple[int, ...] = WEEKS

    @property
    def most(self) -> int:
        return max(week.all.number for week in self.weeks)


@dataclass(frozen=True, slots=True)
class Dashboard:
    total: Figure
    companies: int | None
    with_company: Figure | None
    with_email: Figure | None
    verified: Figure | None
    growth: Growth | None
    breakdowns: tuple[Card, ...]
    missing: Card | None
    stale: Card | None

    @property
    def is_empty(self) -> bool:
        return self.total.number == 0

    @property
    def this_week(self) -> Figure | None:
        return self.growth.weeks[0].all if self.growth else None

    @property
    def shares(self) -> list[Figure]:
        return [figure for figure in (self.with_email, self.verified) if figure]

    @property
    def quality(self) -> list[Card]:
        return [card for card in (self.missing, self.stale) if card]

    def figures(self) -> list[Figure]:
        """Every number that leads to a list."""
        tops = [self.total, *filter(None, (self.with_company, self.with_email, self.verified))]
        weeks = [figure for week in (self.growth.weeks if self.growth else ()) for figure in week.figures]
        cards = [figure for card in (*self.breakdowns, *self.quality) for figure in card.figures]
        return [*tops, *weeks, *cards]


def dashboard_of(access: Access, *, weeks: int, today: date) -> Dashboard:
    """The figures that this person may know. Days begin as for filters on moments: start_of()."""
    return _Figures(access, weeks, today).dashboard()


class _Figures:
    def __init__(self, access: Access, weeks: int, today: date) -> None:
        self.access = access
        self.weeks = weeks
        self.this_week = today - timedelta(days=today.weekday())
        self.not_stale = first_of_month(today, months_ago=STALE_MONTHS)
        self.not_silent = first_of_month(today, months_ago=SILENT_MONTHS)
        mondays = [self.this_week - timedelta(weeks=back) for back in range(-1, weeks)]
        moments = map(start_of, (*mondays, self.not_stale, self.not_silent))
        # The total comes with them, and everybody may know it: every contact was made some day.
        self.kept: Mapping[str, Kept] = kept_summaries((*_MOMENTS, *_EXPECTED, *_BROKEN_DOWN), moments)
        self.total = self.kept["created_at"].filled
        shown = [name for name in _BROKEN_DOWN if access.can_read(name)]
        self.frequent = most_frequent(shown, MOST_VALUES)

    def dashboard(self) -> Dashboard:
        has_company = self.access.can_read("company")
        return Dashboard(
            total=self._figure(_("Contacts"), self.total, ()),
            companies=company_count() if has_company else None,
            with_company=self._having("company", _("Contacts with a company")),
            with_email=self._having("email", _("With an e-mail")),
            verified=self._verified(),
            growth=self._growth(),
            breakdowns=tuple(self._breakdown(name, options) for name, options in self.frequent.items()),
            missing=self._missing(),
            stale=self._stale(),
        )

    def _figure(self, label: str, number: int, parameters: Iterable[tuple[str, str]]) -> Figure:
        return Figure(label, number, tuple(parameters), 100 * number / self.total if self.total else 0)

    def _having(self, name: str, label: str) -> Figure | None:
        if not self.access.can_read(name):
            return None
        return self._figure(label, self.total - self.kept[name].empty, [(f"{name}__empty", "false")])

    def _verified(self) -> Figure | None:
        if "email_status" not in self.frequent:
            return None
        held = {option.value: option.n for option in self.frequent["email_status"]}
        return self._figure(_("Verified e-mail"), held.get("Verified", 0), [("email_status", "Verified")])

    def _growth(self) -> Growth | None:
        if not self.access.can_read("created_at"):
            return None
        mondays = [self.this_week - timedelta(weeks=back) for back in range(self.weeks)]
        self.most_a_week = max(self._made_in(monday, "created_at") for monday in mondays)
        is_split = self.access.can_read("import_id")
        weeks = [self._week(monday, is_split=is_split) for monday in mondays]
        return Growth(tuple(weeks), is_split)

    def _week(self, monday: date, *, is_split: bool) -> Week:
        days = [("created_at__gte", f"{monday}"), ("created_at__lte", f"{monday + timedelta(days=6)}")]
        number, imported = (self._made_in(monday, name) for name in ("created_at", "import_id"))

        def figure(label: str, of_it: int, more: Parameters = ()) -> Figure:
            return Figure(label, of_it, (*days, *more), width=_width(of_it, self.most_a_week))

        return Week(
            monday,
            figure(_("New contacts"), number),
            figure(_("By imports"), imported, [("import_id__empty", "false")]) if is_split else None,
            figure(_("By hand"), number - imported, [("import_id__empty", "true")]) if is_split else None,
        )

    def _made_in(self, monday: date, name: str) -> int:
        return self.kept[name].between(start_of(monday), start_of(monday + timedelta(days=7)))

    def _breakdown(self, name: str, options: Sequence[Option]) -> Card:
        said = FIELDS[name].shown
        figures = [self._figure(said(each.value), each.n, [(name, each.value)]) for each in options]
        empty = self.kept[name].empty
        others = self.total - empty - sum(figure.number for figure in figures)
        if others > 0:
            beyond = [*((f"{name}__not", option.value) for option in options), (f"{name}__empty", "false")]
            figures.append(self._rest(_("Other"), others, beyond))
        if empty:
            figures.append(self._rest(_("None"), empty, [(f"{name}__empty", "true")]))
        return Card(name, FIELDS[name].label, _measured(figures))

    def _rest(self, label: str, number: int, parameters: Parameters) -> Figure:
        return replace(self._figure(label, number, parameters), is_rest=True)

    def _missing(self) -> Card | None:
        figures = [
            self._figure(
                _missing_label(name), self.kept[name].empty, [(f"{each}__empty", "true") for each in fields]
            )
            for name, fields in _EXPECTED.items()
            if all(map(self.access.can_read, fields))
        ]
        # Their bars show the share of all contacts: what is whole has none.
        return _card("missing", _("What is missing"), figures, most=self.total)

    def _stale(self) -> Card | None:
        figures = []
        if self.access.can_read("updated_at"):
            figures.append(
                self._figure(
                    _("Last updated before %(month)s") % {"month": date_format(self.not_stale, "F Y")},
                    self.kept["updated_at"].between(None, start_of(self.not_stale)),
                    [("updated_at__lte", _day_before(self.not_stale))],
                )
            )
        if self.access.can_read("last_contacted_at"):
            silent = self.kept["last_contacted_at"]
            figures += [
                self._figure(_("Never contacted"), silent.empty, [("last_contacted_at__empty", "true")]),
                self._figure(
                    _("Last contacted before %(month)s") % {"month": date_format(self.not_silent, "F Y")},
                    silent.between(None, start_of(self.not_silent)),
                    [("last_contacted_at__lte", _day_before(self.not_silent))],
                ),
            ]
        return _card("stale", _("What is stale"), figures, most=self.total)


def first_of_month(day: date, *, months_ago: int) -> date:
    """The first day of the month so many months before."""
    months = day.year * 12 + day.month - 1 - months_ago
    return date(months // 12, months % 12 + 1, 1)


def _missing_label(name: str) -> str:
    return _("Direct or mobile phone") if name == NO_PHONE else FIELDS[name].label


def _day_before(day: date) -> str:
    return f"{day - timedelta(days=1)}"


def _card(key: str, title: str, figures: Sequence[Figure], *, most: int) -> Card | None:
    return Card(key, title, _measured(figures, most)) if figures else None


def _measured(figures: Sequence[Figure], most: int = 0) -> tuple[Figure, ...]:
    """With the widths of their bars: of `most`, or of the largest."""
    whole = most or max((figure.number for figure in figures if not figure.is_rest), default=0)
    return tuple(replace(each, width=_width(each.number, whole)) for each in figures)


def _width(number: int, whole: int) -> float:
    """Per cent, and enough to be seen where there is anything."""
    return max(100 * number / whole, 1) if number and whole else 0
