"""How many contacts of a search hold each value of the filter panel.

Each field is counted without its own filters: another of its values would be added to those that are on, so its count
says what it would bring. docs/decisions/0015-facets-under-a-search.md says what was measured.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from time import monotonic

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Mod

from apps.accounts.access import Access
from apps.contacts.conditions import Conditions, Fenced, holders
from apps.contacts.facets.bitsets import (
    EVERYBODY,
    BitSet,
    Bound,
    Pair,
    Wanted,
    are_still_there,
    bitmaps_of,
    counts_among,
    ids_of,
)
from apps.contacts.facets.models import CHUNK
from apps.contacts.facets.pairs import BIT_FIELDS, MONEY_EDGES, columns_of, panel_pairs_of
from apps.contacts.facets.queries import Option, spellings, top_values, total_contacts
from apps.contacts.fields import EMPLOYEE_BANDS, FIELDS, LOCATION_FIELDS, Kind
from apps.contacts.joint_fields import LOCATION
from apps.contacts.models import Contact
from apps.contacts.paging import COUNT_CAP, SOME, Matching
from apps.contacts.search import Filter, Search
from apps.contacts.selection import compiled, has_id_of, live, matching_of, whole_bit_sets
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "facet_counts.sql")
AMOUNTS = ("annual_revenue", "total_funding", "latest_funding_amount")
CANDIDATES = 30  # values of a field that are counted; the most frequent of them are shown
SAMPLE = 4_000  # contacts, of more matches than are looked at
LOOKED_AT = 5_000  # matches, for exact counts without bitmaps
ALL_LOOKED_AT = 25_000  # contacts in the database, of which all matches are looked at
FEW = LOOKED_AT  # matches: looked at even where bitmaps could count them, which know no rare values
HITS = 100  # in a sample, to be told rather than all matches looked at
RARE_AT_MOST = 2_000  # contacts who hold values without a bitmap, and are looked at for an exact count
RARE_AMONG_OTHERS = 20  # of these, for a value that is not among the most frequent of all contacts
STATEMENT_MS = 400  # each; who waits longer is told the counts of all contacts
ALTOGETHER_MS = 2_000  # where many fields have filters of their own, and so are counted one by one
_QUERY_CANCELED = "57014"


class Accuracy(StrEnum):
    EXACT = "exact"
    ABOUT = "about"  # from a sample
    OF_ALL = "of all"  # contacts, whatever is searched for: the search's own count would have taken too long


@dataclass(frozen=True, slots=True)
class Figure:
    number: int
    accuracy: Accuracy = Accuracy.EXACT


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """Of one field: its values as the dictionary names them, how many hold none, the bars of its histogram."""

    values: Mapping[str, Figure] = field(default_factory=dict)
    empty: Figure | None = None
    bars: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldWanted:
    """A field of the panel to be counted, and the one of the dictionary that its values are listed from."""

    name: str
    listed_from: str
    named: tuple[str, ...] = ()  # values that have to be among those counted
    most: int = 6  # that are shown

    @property
    def own(self) -> frozenset[str]:
        """The fields of the filters that are set here."""
        return frozenset((LOCATION, *LOCATION_FIELDS) if self.name == LOCATION else (self.name,))


def facet_counts(
    search: Search,
    wanted: Sequence[FieldWanted],
    access: Access,
    contacts: "QuerySet[Contact]",
) -> dict[str, FieldCounts]:
    """Counts of the wanted fields under the search; `contacts` is everybody this person may see."""
    listed = [one.listed_from for one in wanted if one.listed_from in BIT_FIELDS]
    top = top_values(listed, CANDIDATES) if listed else {}
    counts: dict[str, FieldCounts] = {}
    ends_at = monotonic() + ALTOGETHER_MS / 1000
    for filters, ones in _by_base(search, wanted).items():
        base = replace(search, filters=filters, cursor=None)
        if monotonic() < ends_at:
            counts |= _in_time(_Counter(base, ones, top, access, contacts), ones, top)
        else:
            counts |= {one.name: _of_all(one, top, Accuracy.OF_ALL) for one in ones}
    return counts


def _by_base(search: Search, wanted: Iterable[FieldWanted]) -> Mapping[tuple[Filter, ...], list[FieldWanted]]:
    """The fields by the filters under which they are counted."""
    groups: dict[tuple[Filter, ...], list[FieldWanted]] = defaultdict(list)
    for one in wanted:
        groups[tuple(found for found in search.filters if found.field not in one.own)].append(one)
    return groups


def _in_time(
    counter: "_Counter", wanted: Sequence[FieldWanted], top: Mapping[str, list[Option]]
) -> dict[str, FieldCounts]:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_SQL["usual_settings"])
            usual = cursor.fetchone()
            cursor.execute(_SQL["settings"], [str(STATEMENT_MS), "off"])
            found = counter.counts()
            # An outer transaction goes on with its own. A rollback sees to that by itself.
            cursor.execute(_SQL["settings"], usual)
            return found
    except EmptyResultSet:  # the ORM sees that nobody can match
        return {one.name: _nobody(one, top) for one in wanted}
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _QUERY_CANCELED:
            raise
        return {one.name: _of_all(one, top, Accuracy.OF_ALL) for one in wanted}


def _nobody(one: FieldWanted, top: Mapping[str, list[Option]]) -> FieldCounts:
    values = {option.value: Figure(0) for option in top.get(one.listed_from, [])}
    return FieldCounts(values, Figure(0), (Figure(0),) * _number_of_bars(one.name))


def _of_all(one: FieldWanted, top: Mapping[str, list[Option]], accuracy: Accuracy) -> FieldCounts:
    return FieldCounts({option.value: Figure(option.n, accuracy) for option in top.get(one.listed_from, [])})


def _number_of_bars(name: str) -> int:
    return len(EMPLOYEE_BANDS) if name == "employees" else len(MONEY_EDGES) + 1 if name in AMOUNTS else 0


@dataclass(frozen=True, slots=True)
class _Looked:
    """What some contacts hold. `figure` makes a number of them one of the whole search."""

    numbers: Mapping[Pair, int]
    folds: Mapping[str, str]
    figure: Callable[[int], Figure]

    def by_fold(self, name: str) -> dict[str, int]:
        """How many hold each value, however it is spelled."""
        sums: dict[str, int] = defaultdict(int)
        for (of, value), number in self.numbers.items():
            if of == name:
                sums[self.folds[value]] += number
        return sums


class _Counter:
    """One search, and the fields that are counted under it."""

    def __init__(
        self,
        search: Search,
        wanted: Sequence[FieldWanted],
        top: Mapping[str, list[Option]],
        access: Access,
        contacts: "QuerySet[Contact]",
    ) -> None:
        self.search = search
        self.wanted = wanted
        self.top = top
        self.contacts = contacts
        self.conditions = Conditions(search, access)
        self.places = [name for name in LOCATION_FIELDS if access.can_read(name)]
        self.amounts = [one.name for one in wanted if one.name in AMOUNTS]
        self.numbers: Mapping[Pair, int] = {}  # of contacts that hold a pair, whoever they are

    def counts(self) -> dict[str, FieldCounts]:
        while True:
            matching = matching_of(self.conditions, self.contacts)
            sets = None if _are_few(matching) else whole_bit_sets(self.conditions)
            found = self._by_bits(sets, matching) if sets else self._by_looking(self._matches(matching))
            used = frozenset(bitmap for each in sets or () for bitmap in each.bitmaps)
            if are_still_there(matching.bitmaps | used):
                return found if self.search.is_narrowed else self._of_everybody(found)

    def _of_everybody(self, found: dict[str, FieldCounts]) -> dict[str, FieldCounts]:
        """Of all contacts the dictionary knows how many hold a value, without looking at any of them."""
        asked = [(one, value) for one in self.wanted for value in found[one.name].values]
        written = spellings((of, value) for one, value in asked for of in self._columns(one))
        exact: dict[str, dict[str, Figure]] = defaultdict(dict)
        for one, value in asked:
            held = [numbers for of in self._columns(one) if (numbers := written[of, value].numbers)]
            spelled_twice = FIELDS[one.listed_from].kind is Kind.LIST and any(len(each) > 1 for each in held)
            # Who holds it in two columns, or in two spellings of a list, would be counted twice.
            if len(held) <= 1 and not spelled_twice:
                exact[one.name][value] = Figure(sum(sum(numbers.values()) for numbers in held))
        return {
            one.name: replace(found[one.name], values={**found[one.name].values, **exact[one.name]})
            for one in self.wanted
        }

    def _columns(self, one: FieldWanted) -> list[str]:
        return self.places if one.name == LOCATION else [one.listed_from]

    def _candidates(self, one: FieldWanted) -> list[str]:
        return list(dict.fromkeys([*one.named, *(o.value for o in self.top.get(one.listed_from, []))]))

    # --- by looking at contacts ---------------------------------------------------------------------------------------

    def _by_looking(self, looked: _Looked) -> dict[str, FieldCounts]:
        return {one.name: self._looked_up(one, looked) for one in self.wanted}

    def _looked_up(self, one: FieldWanted, looked: _Looked) -> FieldCounts:
        numbers = looked.by_fold(one.name)
        shown: dict[str, str] = {}
        held = [value for of, value in looked.numbers if of == one.listed_from and value]
        for value in [*self._candidates(one), *held]:
            shown.setdefault(looked.folds[value], value)
        values = {value: looked.figure(numbers.get(fold, 0)) for fold, value in shown.items()}
        empty = looked.figure(numbers.get("", 0)) if one.listed_from in BIT_FIELDS else None
        if one.name in AMOUNTS:
            return FieldCounts(bars=self._bars(one, looked))
        bars = [values.get(label, Figure(0)) for label, _, _ in EMPLOYEE_BANDS]
        return FieldCounts(values, empty, tuple(bars) if one.name == "employees" else ())

    def _bars(self, one: FieldWanted, looked: _Looked) -> tuple[Figure, ...]:
        numbers = [looked.numbers.get((one.name, str(bar)), 0) for bar in range(_number_of_bars(one.name))]
        return tuple(map(looked.figure, numbers))

    def _matches(self, matching: Matching) -> _Looked:
        """All matches if they are few; else a sample of them."""
        where = Fenced(matching.where)
        if matching.candidates is not None and matching.candidate_count <= SOME:
            found = self.contacts.filter(matching.candidates, where)
            return self._look(found, every=-(-matching.candidate_count // LOOKED_AT) or 1)
        if total_contacts() <= ALL_LOOKED_AT:
            return self._look(self.contacts.filter(matching.where))
        if matching.at_least > COUNT_CAP or not self.search.is_narrowed:
            return self._sample(where)
        # A text is mostly in few contacts, and slow to look for in a sample; a range holds many.
        if not self.search.text:
            sample = self._sample(where)
            if sample.numbers.get(EVERYBODY, 0) >= HITS:
                return sample
        return self._first(matching) or self._sample(where)

    def _first(self, matching: Matching) -> _Looked | None:
        """All matches, by whatever index finds them; None when they are too many."""
        sql, parameters = compiled(self.contacts.filter(matching.where).values("pk"))
        found = self.contacts.filter(has_id_of((f"{sql} LIMIT {LOOKED_AT + 1}", parameters)))
        looked = self._look(found)
        return looked if looked.numbers.get(EVERYBODY, 0) <= LOOKED_AT else None

    def _sample(self, where: Fenced) -> _Looked:
        """Of contacts at even distances those that match."""
        total = total_contacts()
        ids = "SELECT generate_series(min(id), max(id), %s) FROM contacts_contact"
        evenly = self.contacts.filter(has_id_of((ids, [max(total // SAMPLE, 1)])))
        return self._look(evenly.filter(where), factor=total / max(evenly.count(), 1))

    def _look(
        self,
        found: "QuerySet[Contact]",
        *,
        every: int = 1,
        factor: float = 1,
        wanted: Sequence[FieldWanted] | None = None,
    ) -> _Looked:
        """At those found, or those of them whose id is a multiple of `every`; for some of the wanted fields, or all."""
        wanted = self.wanted if wanted is None else wanted
        listed = [one.listed_from for one in wanted if one.listed_from in BIT_FIELDS]
        if every > 1:
            found = found.annotate(rest=Mod(F("id"), every)).filter(rest=0)
        places = self.places if LOCATION in {one.name for one in wanted} else []
        columns = {"id", *columns_of([*listed, *places, *self.amounts])}
        sql, parameters = compiled(found.values(*sorted(columns)))
        pairs = panel_pairs_of("contact", listed, places, self.amounts)
        named = [
            (of, value)
            for one in wanted
            for of in {one.name, one.listed_from}
            for value in self._candidates(one)
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                _SQL["looked_at"].format(contacts=sql, pairs=pairs),
                [*parameters, 2 * CANDIDATES, [of for of, _ in named], [value for _, value in named]],
            )
            rows = cursor.fetchall()
            cursor.execute(_SQL["folded"], [[value for _, value in named]])
            folds = dict(cursor.fetchall())
        folds |= {value: fold for _, value, fold, _ in rows}
        numbers = {(of, value): number for of, value, _, number in rows}
        scale = every * factor
        return _Looked(numbers, folds, Figure if scale == 1 else lambda number: _about(number, scale))

    # --- by bitmaps ---------------------------------------------------------------------------------------------------

    def _by_bits(self, sets: Sequence[BitSet], matching: Matching) -> dict[str, FieldCounts]:
        """Exact for what has bitmaps or few holders; for the rest of a sample."""
        values = [
            (one, value)
            for one in self.wanted
            for value in (*self._candidates(one), "")
            if self._has_bits(one, value)
        ]
        ways = self._ways(values)
        bitmaps = bitmaps_of(pair for pairs in ways for pair in pairs)
        exact = self._exactly_counted(values, ways, bitmaps)
        wanted = [Wanted(place, pair, bitmaps.get(pair)) for place in exact for pair in ways[place]]
        rare = [one.pair for one in wanted if one.bitmap is None]
        numbers = counts_among(
            sets, wanted, stale=live(self.contacts, self.conditions.where()), rare=_holding(rare)
        )
        guessed = [
            one
            for place, (one, value) in enumerate(values)
            if place not in exact and self._is_shown(one, value)
        ]
        looked = self._thinned(sets, matching, guessed) if guessed or self.amounts else None
        found: dict[str, FieldCounts] = {}
        for one in self.wanted:
            figures = {
                values[place][1]: Figure(numbers.get(place, 0)) for place in exact if values[place][0] is one
            }
            found[one.name] = self._completed(one, figures, looked, guessed)
        return found

    def _completed(
        self,
        one: FieldWanted,
        figures: dict[str, Figure],
        looked: _Looked | None,
        ones_guessed: Sequence[FieldWanted],
    ) -> FieldCounts:
        if one.name in AMOUNTS and looked:
            return FieldCounts(bars=self._bars(one, looked))
        guessed = self._looked_up(one, looked).values if looked and one in ones_guessed else {}
        values = {value: figure for value, figure in figures.items() if value}
        values |= {value: figure for value, figure in guessed.items() if value not in figures}
        bars = [values.get(label, Figure(0)) for label, _, _ in EMPLOYEE_BANDS]
        return FieldCounts(values, figures.get(""), tuple(bars) if one.name == "employees" else ())

    def _has_bits(self, one: FieldWanted, value: str) -> bool:
        """Nowhere at all is a combination of three bitmaps: it is not counted by one."""
        return one.listed_from in BIT_FIELDS and (one.name != LOCATION or value != "")

    def _ways(self, values: Sequence[tuple[FieldWanted, str]]) -> list[list[Pair]]:
        """For each value the pairs that it stands for: its spellings, in any place for a location."""
        asked = [[(of, value) for of in self._fields_of(one)] for one, value in values]
        written = spellings(pair for pairs in asked for pair in pairs if pair[1])
        self.numbers = {(of, way): n for (of, _), each in written.items() for way, n in each.numbers.items()}
        return [
            [(of, way) for of, value in pairs for way in (written[of, value].numbers if value else [""])]
            for pairs in asked
        ]

    def _fields_of(self, one: FieldWanted) -> list[str]:
        return self.places if one.name == LOCATION else [one.listed_from]

    def _is_shown(self, one: FieldWanted, value: str) -> bool:
        return value in one.named or value in self._candidates(one)[: len(one.named) + one.most]

    def _exactly_counted(
        self,
        values: Sequence[tuple[FieldWanted, str]],
        ways: Sequence[Sequence[Pair]],
        bitmaps: Mapping[Pair, int],
    ) -> set[int]:
        """The places of the values without too many holders of pairs that have no bitmap: each is looked at."""
        rare = [sum(self.numbers.get(pair, 0) for pair in pairs if pair not in bitmaps) for pairs in ways]
        left = RARE_AT_MOST
        exact = set()
        for place in sorted(range(len(values)), key=rare.__getitem__):
            most = left if self._is_shown(*values[place]) else RARE_AMONG_OTHERS
            if rare[place] <= most:
                exact.add(place)
                left -= rare[place]
        return exact

    def _thinned(self, sets: Sequence[BitSet], matching: Matching, wanted: Sequence[FieldWanted]) -> _Looked:
        """A sample of the contacts in all the sets, even in their ids; of few of them all."""
        every = 1
        while matching.count is not None and every < CHUNK and matching.count > every * SAMPLE:
            every *= 2
        among = self.contacts.filter(has_id_of(ids_of(sets, every=every)), Fenced(matching.where))
        return self._look(among, every=every, wanted=list(dict.fromkeys(wanted)))


def _are_few(matching: Matching) -> bool:
    return matching.candidates is not None and matching.candidate_count <= FEW


def _holding(pairs: Sequence[Pair]) -> Bound:
    if not pairs:
        return "SELECT 0 WHERE false", []
    return compiled(Contact.objects.filter(holders(pairs)).values("pk"))


def _about(hits: int, scale: float) -> Figure:
    """An estimate, rounded to what a sample knows: a hundred hits tell two figures, fewer only one."""
    whole = round(hits * scale)
    figures = 2 if hits >= HITS else 1
    return Figure(int(round(whole, figures - len(str(whole)))), Accuracy.ABOUT) if whole else Figure(0)
