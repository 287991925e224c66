"""The search: query parameters parsed under an Access into a typed Search, and back into a URL.

Only (field, operator) pairs of the catalogue that the Access may read are known here. A forbidden column and one that
does not exist give the same problem, word for word.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol
from urllib.parse import urlencode

from django.utils.translation import gettext

from apps.accounts.access import Access
from apps.contacts.cleaning import CleaningError, clean, clean_day_or_moment
from apps.contacts.cursors import Cursor, sort_value
from apps.contacts.fields import (
    EMPLOYEE_BANDS,
    FIELDS,
    RANGE_KINDS,
    Field,
    Kind,
    Operator,
)
from apps.contacts.joint_fields import JOINT_FIELDS, LOCATION, NAME, field_of, operators_of, readable_columns
from apps.contacts.search_text import take_apart, words_of

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_VALUES = 200
MAX_CONTAINED = 20  # each is looked for in every text, or in the whole dictionary
MAX_SOUGHT = 40  # of these, and of phone numbers, in all filters together
MAX_VALUE_LENGTH = 500
MAX_TEXT_LENGTH = 2_000  # as typed or pasted, with prefixes
MAX_WORDS = 10
# Of an address, which gunicorn and nginx take up to 8,190 bytes of; a view, a record, a position may be added.
LONGEST_QUERY = 6_500
SIMILAR = "names"
# What a list looks like rather than what is in it (a saved view, columns, density): it rides along in every address.
# `own` says that the search is the address's own and not that of the view, even if nothing is left of it.
CARRIED = ("view", "own", "columns", "density")
MAX_CARRIED_LENGTH = 2_000
_BY_PARTS = frozenset({Operator.CONTAINS, Operator.NOT_CONTAINS})
_BANDS = {label: (low, high) for label, low, high in EMPLOYEE_BANDS}

type Range = tuple[int, int | None]
type Value = str | int | bool | date | datetime | Range


class Parameters(Protocol):
    """What a QueryDict offers."""

    def __iter__(self) -> Iterator[str]: ...
    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Problem:
    """A parameter that was left out of the search, and why, in words for people."""

    parameter: str
    message: str


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `raw` is how the values were written, `values` what they mean; a range is a band of employees."""

    field: str
    operator: Operator
    raw: tuple[str, ...]
    values: tuple[Value, ...]

    @property
    def parameter(self) -> str:
        return f"{self.field}__{self.operator}" if self.operator else self.field


@dataclass(frozen=True, slots=True)
class SortKey:
    field: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.field}" if self.descending else self.field


@dataclass(frozen=True, slots=True)
class Search:
    """A validated search. `sort` is what was asked for, `order` what that comes to; both are always ended by id."""

    filters: tuple[Filter, ...] = ()
    text: str = ""
    is_similar: bool = False  # names may also be spelled nearly as the words are
    sort: tuple[SortKey, ...] = ()
    order: tuple[SortKey, ...] = ()
    cursor: Cursor | None = None
    page_size: int = DEFAULT_PAGE_SIZE
    carried: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # as they were written
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @classmethod
    def parse(cls, parameters: Parameters, access: Access, *, ignored: Iterable[str] = ()) -> "Search":
        """Read a search from query parameters; `ignored` names parameters that belong to the page itself."""
        return _Parser(access).parse(parameters, frozenset(ignored))

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters or self.text)

    @property
    def name_words(self) -> list[str]:
        """The words that may be names: those of the text, and of what names are to contain."""
        names = [
            raw for found in self.filters_on(NAME) if found.operator is Operator.CONTAINS for raw in found.raw
        ]
        return [*self.words, *(word for raw in names for word in words_of(raw))]

    @property
    def words(self) -> list[str]:
        return words_of(self.text)

    def filters_on(self, name: str) -> list[Filter]:
        return [found for found in self.filters if found.field == name]

    def parameters(self) -> list[tuple[str, str]]:
        """The search as query parameters, without the position in the result and what the list looks like."""
        pairs = [*self.criteria(), *(("sort", str(key)) for key in self.sort)]
        if self.page_size != DEFAULT_PAGE_SIZE:
            pairs.append(("page_size", str(self.page_size)))
        return pairs

    def criteria(self) -> list[tuple[str, str]]:
        """What decides who is found, whatever the order, as query parameters."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [("similar", SIMILAR)] if self.is_similar else []
        return pairs + [(found.parameter, raw) for found in self.filters for raw in found.raw]

    def query_string(self, extra: Mapping[str, str] | None = None) -> str:
        return urlencode([*self.parameters(), *self.carried, *(extra or {}).items()])

    def without(self, removed: Filter, raw: str | None = None) -> "Search":
        """The same search less one filter, or less one of its values."""
        kept: list[Filter] = []
        for found in self.filters:
            if found is not removed:
                kept.append(found)
            elif raw is not None and len(found.raw) > 1:
                pairs = [pair for pair in zip(found.raw, found.values, strict=True) if pair[0] != raw]
                kept.append(replace(found, raw=tuple(p[0] for p in pairs), values=tuple(p[1] for p in pairs)))
        return replace(self, filters=tuple(kept), cursor=None)

    def sorted_by(self, name: str) -> "Search":
        """The same search sorted by a column; asked again for the same column, in the other direction."""
        is_ascending = self.sort[:1] == (SortKey(name),)
        return replace(self, sort=(SortKey(name, descending=is_ascending),), cursor=None)


class _Parser:
    """One pass over the parameters, collecting problems instead of raising."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.problems: list[Problem] = []
        self.sought = 0

    def parse(self, parameters: Parameters, ignored: frozenset[str]) -> Search:
        own = {"q", "similar", "sort", "after", "page_size"}
        names = [name for name in parameters if name not in {*own, *CARRIED} and name not in ignored]
        asked = {name: parameters.getlist(name) for name in names}
        text = self._text(parameters.getlist("q"), asked)
        filters = [self._filter(name, raws) for name, raws in asked.items()]
        sort = self._sort(parameters.getlist("sort"))
        order = self._order(sort)
        search = Search(
            filters=tuple(found for found in filters if found),
            text=text,
            is_similar=self._is_similar(parameters.getlist("similar")),
            sort=sort,
            order=order,
            cursor=self._cursor(parameters.getlist("after"), order),
            page_size=self._page_size(parameters.getlist("page_size")),
            carried=tuple(self._carried(parameters)),
        )
        return replace(search, problems=tuple(self.problems))

    def _carried(self, parameters: Parameters) -> Iterator[tuple[str, str]]:
        for name in CARRIED:
            for raw in parameters.getlist(name)[-1:]:
                if raw and "\0" not in raw and len(raw) <= MAX_CARRIED_LENGTH:
                    yield name, raw

    def _problem(self, parameter: str, message: str) -> None:
        shown = parameter if len(parameter) <= 60 else parameter[:59] + "…"
        self.problems.append(Problem(shown.replace("\0", "\N{REPLACEMENT CHARACTER}"), message))

    def _filter(self, parameter: str, raws: list[str]) -> Filter | None:
        name, _, suffix = parameter.partition("__")
        known = self._field(name)
        if known is None or suffix not in [str(operator) for operator in operators_of(name)]:
            self._problem(parameter, gettext("There is no such filter."))
            return None
        operator = Operator(suffix)
        wanted = [raw.strip() for raw in raws if raw.strip()]
        most = MAX_CONTAINED if operator in _BY_PARTS else MAX_VALUES
        if len(wanted) > most:
            self._problem(
                parameter, gettext("At most %(number)s values fit in one filter.") % {"number": most}
            )
            return None
        if not self._may_seek(known, operator, len(wanted)):
            text = gettext("At most %(number)s texts and phone numbers can be looked for at once.")
            self._problem(parameter, text % {"number": MAX_SOUGHT})
            return None
        pairs = [(raw, self._value(parameter, known, operator, raw)) for raw in dict.fromkeys(wanted)]
        good = [(raw, value) for raw, value in pairs if value is not None]
        if operator in {Operator.GTE, Operator.LTE, Operator.EMPTY}:
            good = good[-1:]
        if not good:
            return None
        return Filter(name, operator, tuple(raw for raw, _ in good), tuple(value for _, value in good))

    def _may_seek(self, known: Field, operator: Operator, number: int) -> bool:
        """Whether so many values more can be looked for, if they are such as no index leads to."""
        is_sought = operator in _BY_PARTS or (known.kind is Kind.PHONE and operator is not Operator.EMPTY)
        if is_sought and self.sought + number > MAX_SOUGHT:
            return False
        self.sought += number if is_sought else 0
        return True

    def _field(self, name: str) -> Field | None:
        """The entry, if this person may read it or some column of it."""
        if name not in FIELDS and name not in JOINT_FIELDS:
            return None
        return field_of(name) if readable_columns(name, self.access) else None

    def _value(self, parameter: str, known: Field, operator: Operator, raw: str) -> Value | None:
        if "\0" in raw:
            self._problem(parameter, gettext("The value holds a NUL character."))
            return None
        if len(raw) > MAX_VALUE_LENGTH:
            self._problem(
                parameter,
                gettext("The value is longer than %(number)s characters.") % {"number": MAX_VALUE_LENGTH},
            )
            return None
        try:
            return _meaning(known, operator, raw)
        except CleaningError as error:
            self._problem(parameter, str(error))
            return None

    def _text(self, raws: list[str], asked: dict[str, list[str]]) -> str:
        """The words of the text; the filters that are written in it join those that were `asked` for."""
        typed = " ".join(" ".join(raws).split())
        if len(typed) > MAX_TEXT_LENGTH:
            self._problem(
                "q", gettext("The text is longer than %(number)s characters.") % {"number": MAX_TEXT_LENGTH}
            )
            return ""
        parts = take_apart(typed, self.access)
        for parameter, values in parts.parameters.items():
            asked.setdefault(parameter, []).extend(values)
        return self._words(parts.text)

    def _words(self, text: str) -> str:
        if not text:
            return ""
        searchable = [
            name for name, known in FIELDS.items() if known.searchable and self.access.can_read(name)
        ]
        if not searchable:
            self._problem("q", gettext("There is no such filter."))
            return ""
        if "\0" in text:
            self._problem("q", gettext("The text holds a NUL character."))
            return ""
        if len(text) > MAX_VALUE_LENGTH or len(words_of(text)) > MAX_WORDS:
            self._problem(
                "q",
                gettext("Search for at most %(words)s words and %(characters)s characters.")
                % {"words": MAX_WORDS, "characters": MAX_VALUE_LENGTH},
            )
            return ""
        return text

    def _is_similar(self, raws: list[str]) -> bool:
        if raws and raws[-1] not in {"", SIMILAR}:
            self._problem("similar", gettext("Write %(value)s, or leave it out.") % {"value": SIMILAR})
        return raws[-1:] == [SIMILAR]

    def _sort(self, raws: list[str]) -> tuple[SortKey, ...]:
        keys: dict[str, SortKey] = {}
        for raw in raws:
            name = raw.removeprefix("-")
            if name in FIELDS and FIELDS[name].sortable and self.access.can_read(name):
                keys.setdefault(name, SortKey(name, raw.startswith("-")))
            elif raw:
                self._problem("sort", gettext("There is no such column to sort by."))
        return tuple(keys.values())

    def _order(self, sort: tuple[SortKey, ...]) -> tuple[SortKey, ...]:
        """By name when nothing else is asked for; a last name brings the first name with it."""
        order = sort or ((SortKey("last_name"),) if self.access.can_read("last_name") else ())
        if len(order) == 1 and order[0].field == "last_name" and self.access.can_read("first_name"):
            return (*order, SortKey("first_name", order[0].descending))
        return order

    def _cursor(self, raws: list[str], order: tuple[SortKey, ...]) -> Cursor | None:
        if not raws or not raws[-1]:
            return None
        try:
            cursor = Cursor.parse(raws[-1], tuple(str(key) for key in order))
            for key, value in zip(order, cursor.values, strict=True):
                sort_value(FIELDS[key.field].kind, value)
        except ValueError:
            self._problem("after", gettext("That link to a page is damaged or old; this is the first page."))
            return None
        return cursor

    def _page_size(self, raws: list[str]) -> int:
        if not raws or not raws[-1]:
            return DEFAULT_PAGE_SIZE
        raw = raws[-1]
        if raw.isascii() and raw.isdigit() and len(raw) <= 4 and 1 <= int(raw) <= MAX_PAGE_SIZE:
            return int(raw)
        self._problem(
            "page_size", gettext("A page holds 1 to %(number)s contacts.") % {"number": MAX_PAGE_SIZE}
        )
        return DEFAULT_PAGE_SIZE


LOCATION_FIELD = JOINT_FIELDS[LOCATION]


def _meaning(known: Field, operator: Operator, raw: str) -> Value:
    """What a written value means for a field. Raises CleaningError."""
    if operator is Operator.EMPTY:
        return _yes_or_no(raw)
    if known.name == "employees" and operator in {Operator.ANY_OF, Operator.NONE_OF}:
        band = _BANDS.get(raw.replace("–", "-").replace(",", "").replace(" ", ""))
        if band:
            return band
    if known.kind in RANGE_KINDS or known.kind is Kind.BOOLEAN:
        value = clean_day_or_moment(raw) if known.kind is Kind.MOMENT else clean(known, raw)
        if value is None or isinstance(value, list):
            raise CleaningError(
                gettext("“%(value)s” is no value of %(field)s.") % {"value": raw[:40], "field": known.label}
            )
        return value
    return raw


def _yes_or_no(raw: str) -> bool:
    if raw.lower() in {"true", "1", "yes"}:
        return True
    if raw.lower() in {"false", "0", "no"}:
        return False
    raise CleaningError(gettext("Write true or false."))
