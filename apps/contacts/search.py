"""The search: query parameters parsed under an Access into a typed Search, and back into a URL.

Only (field, operator) pairs of the catalogue that the Access may read are known here. A forbidden column and one that
does not exist give the same problem, word for word.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol
from urllib.parse import urlencode

from apps.accounts.access import Access
from apps.contacts.cleaning import CleaningError, clean
from apps.contacts.cursors import Cursor, sort_value
from apps.contacts.fields import (
    EMPLOYEE_BANDS,
    FIELDS,
    LOCATION_FIELDS,
    RANGE_KINDS,
    Field,
    Kind,
    Operator,
)

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 200
MAX_VALUES = 200
MAX_CONTAINED = 20  # each is looked for in every text, or in the whole dictionary
MAX_VALUE_LENGTH = 500
MAX_WORDS = 10
LOCATION = "location"
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
    sort: tuple[SortKey, ...] = ()
    order: tuple[SortKey, ...] = ()
    cursor: Cursor | None = None
    page_size: int = DEFAULT_PAGE_SIZE
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @classmethod
    def parse(cls, parameters: Parameters, access: Access, *, ignored: Iterable[str] = ()) -> "Search":
        """Read a search from query parameters; `ignored` names parameters that belong to the page itself."""
        return _Parser(access).parse(parameters, frozenset(ignored))

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filters or self.text)

    @property
    def words(self) -> list[str]:
        return self.text.split()

    def filters_on(self, name: str) -> list[Filter]:
        return [found for found in self.filters if found.field == name]

    def parameters(self) -> list[tuple[str, str]]:
        """The search as query parameters, without the position in the result."""
        pairs = [("q", self.text)] if self.text else []
        pairs += [(found.parameter, raw) for found in self.filters for raw in found.raw]
        pairs += [("sort", str(key)) for key in self.sort]
        if self.page_size != DEFAULT_PAGE_SIZE:
            pairs.append(("page_size", str(self.page_size)))
        return pairs

    def query_string(self, extra: Mapping[str, str] | None = None) -> str:
        return urlencode([*self.parameters(), *(extra or {}).items()])

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

    def parse(self, parameters: Parameters, ignored: frozenset[str]) -> Search:
        own = {"q", "sort", "after", "page_size"}
        names = [name for name in parameters if name not in own and name not in ignored]
        filters = [self._filter(name, parameters.getlist(name)) for name in names]
        text = self._text(parameters.getlist("q"))
        sort = self._sort(parameters.getlist("sort"))
        order = self._order(sort)
        search = Search(
            filters=tuple(found for found in filters if found),
            text=text,
            sort=sort,
            order=order,
            cursor=self._cursor(parameters.getlist("after"), order),
            page_size=self._page_size(parameters.getlist("page_size")),
        )
        return replace(search, problems=tuple(self.problems))

    def _problem(self, parameter: str, message: str) -> None:
        shown = parameter if len(parameter) <= 60 else parameter[:59] + "…"
        self.problems.append(Problem(shown.replace("\0", "\N{REPLACEMENT CHARACTER}"), message))

    def _filter(self, parameter: str, raws: list[str]) -> Filter | None:
        name, _, suffix = parameter.partition("__")
        known = self._field(name)
        if known is None or suffix not in [str(operator) for operator in known.operators]:
            self._problem(parameter, "There is no such filter.")
            return None
        operator = Operator(suffix)
        wanted = [raw.strip() for raw in raws if raw.strip()]
        most = MAX_CONTAINED if operator is Operator.CONTAINS else MAX_VALUES
        if len(wanted) > most:
            self._problem(parameter, f"At most {most} values fit in one filter.")
            return None
        pairs = [(raw, self._value(parameter, known, operator, raw)) for raw in dict.fromkeys(wanted)]
        good = [(raw, value) for raw, value in pairs if value is not None]
        if operator in {Operator.GTE, Operator.LTE, Operator.EMPTY}:
            good = good[-1:]
        if not good:
            return None
        return Filter(name, operator, tuple(raw for raw, _ in good), tuple(value for _, value in good))

    def _field(self, name: str) -> Field | None:
        """The catalogue's entry, if this person may read it; `location` stands for three of them."""
        if name == LOCATION and any(self.access.can_read(place) for place in LOCATION_FIELDS):
            return LOCATION_FIELD
        return FIELDS.get(name) if self.access.can_read(name) else None

    def _value(self, parameter: str, known: Field, operator: Operator, raw: str) -> Value | None:
        if "\0" in raw:
            self._problem(parameter, "The value holds a NUL character.")
            return None
        if len(raw) > MAX_VALUE_LENGTH:
            self._problem(parameter, f"The value is longer than {MAX_VALUE_LENGTH} characters.")
            return None
        try:
            return _meaning(known, operator, raw)
        except CleaningError as error:
            self._problem(parameter, str(error))
            return None

    def _text(self, raws: list[str]) -> str:
        text = " ".join(" ".join(raws).split())
        if not text:
            return ""
        searchable = [
            name for name, known in FIELDS.items() if known.searchable and self.access.can_read(name)
        ]
        if not searchable:
            self._problem("q", "There is no such filter.")
            return ""
        if "\0" in text:
            self._problem("q", "The text holds a NUL character.")
            return ""
        if len(text) > MAX_VALUE_LENGTH or len(text.split()) > MAX_WORDS:
            self._problem("q", f"Search for at most {MAX_WORDS} words and {MAX_VALUE_LENGTH} characters.")
            return ""
        return text

    def _sort(self, raws: list[str]) -> tuple[SortKey, ...]:
        keys: dict[str, SortKey] = {}
        for raw in raws:
            name = raw.removeprefix("-")
            if name in FIELDS and FIELDS[name].sortable and self.access.can_read(name):
                keys.setdefault(name, SortKey(name, raw.startswith("-")))
            elif raw:
                self._problem("sort", "There is no such column to sort by.")
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
            self._problem("after", "That link to a page is damaged or old; this is the first page.")
            return None
        return cursor

    def _page_size(self, raws: list[str]) -> int:
        if not raws or not raws[-1]:
            return DEFAULT_PAGE_SIZE
        raw = raws[-1]
        if raw.isascii() and raw.isdigit() and len(raw) <= 4 and 1 <= int(raw) <= MAX_PAGE_SIZE:
            return int(raw)
        self._problem("page_size", f"A page holds 1 to {MAX_PAGE_SIZE} contacts.")
        return DEFAULT_PAGE_SIZE


LOCATION_FIELD = replace(FIELDS["city"], name=LOCATION, label="Location")


def _meaning(known: Field, operator: Operator, raw: str) -> Value:
    """What a written value means for a field. Raises CleaningError."""
    if operator is Operator.EMPTY:
        return _yes_or_no(raw)
    if known.name == "employees" and operator in {Operator.ANY_OF, Operator.NONE_OF}:
        band = _BANDS.get(raw.replace("–", "-").replace(",", "").replace(" ", ""))
        if band:
            return band
    if known.kind in RANGE_KINDS or known.kind is Kind.BOOLEAN:
        value = clean(known, raw)
        if value is None or isinstance(value, list):
            raise CleaningError(f"“{raw[:40]}” is no value of {known.label}.")
        return value
    return raw


def _yes_or_no(raw: str) -> bool:
    if raw.lower() in {"true", "1", "yes"}:
        return True
    if raw.lower() in {"false", "0", "no"}:
        return False
    raise CleaningError("Write true or false.")
