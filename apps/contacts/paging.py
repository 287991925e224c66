"""Pages of a search, by position instead of offset: a deep page costs what the first one costs.

Two paths, chosen by what is known of the matches. Few: collect them all, count and sort. Many: walk the sort's index
until the page is full, or until collecting would have been quicker. Left to itself the planner walks for two popular
filters that hardly meet, and reads the whole index.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.expressions import RawSQL

from apps.contacts.conditions import Fenced
from apps.contacts.cursors import Cursor, plain_value
from apps.contacts.keyset import Bound, Keyset
from apps.contacts.models import Contact
from apps.contacts.search import Search
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "pages.sql")
COUNT_CAP = 10_000
# Looking at a contact costs about 4 µs. At a million, a page of every 125th contact is walked to in the time that 8,000
# are collected in; when they also have to be counted one by one, it may take longer.
FEW = 8_000
SOME = 20_000
WALKED_AT_MOST = 2 * FEW  # entries of a sort's index, where the matches can be collected instead
COLLECTED_AT_MOST = 200_000  # instead of walking on


@dataclass(frozen=True, slots=True)
class Count:
    """How many contacts match; not exact: more than `number`."""

    number: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """The ids of one page in order, how many match, and the cursors around it."""

    ids: list[int]
    count: Count
    first_index: int
    previous: Cursor | None
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Matching:
    """What is known of a search's matches beforehand: see selection.py.

    `where` is the whole condition. `candidates` is true of every match and is found through an index by itself;
    `candidate_count` is how many contacts it is true of, or a few more. `bitmaps` are those that all this is known by.
    """

    where: Q
    count: int | None = None  # exact, where it is known
    at_least: int = 0
    candidates: Q | RawSQL | None = None
    candidate_count: int = 0
    bitmaps: frozenset[int] = frozenset()

    @property
    def is_best_collected(self) -> bool:
        """There are so few candidates that looking at each costs no more than any other way."""
        return self.candidates is not None and self.candidate_count <= (SOME if self.count is None else FEW)


type Row = tuple[Any, ...]  # (id, k0, k1 …)


def find_page(contacts: "QuerySet[Contact]", search: Search, matching: Matching) -> Page:
    """The page of those of `contacts` that match, to which the search's cursor points, in its order."""
    finder = _Finder(contacts, search, matching)
    try:
        if not search.is_narrowed:
            return finder.page(finder.walk(), Count(matching.count or 0))
        count, rows = finder.counted()
        return finder.page(finder.walk() if rows is None else rows, count)
    except EmptyResultSet:
        return finder.page([], Count(0))


def count_matches(contacts: "QuerySet[Contact]", search: Search, matching: Matching) -> Count:
    """How many of `contacts` match, as find_page says it, without looking for a page of them."""
    if matching.count is not None:
        return Count(matching.count)
    try:
        return _Finder(contacts, replace(search, sort=(), cursor=None, page_size=1), matching).counted()[0]
    except EmptyResultSet:
        return Count(0)


def position_of(
    contact_id: int, contacts: "QuerySet[Contact]", search: Search, matching: Matching
) -> Cursor | None:
    """The cursor just behind one contact of a search; None when it does not match."""
    try:
        row = _Finder(contacts.filter(pk=contact_id), search, matching).first()
    except EmptyResultSet:
        return None
    return _cursor_at(search, row, 0) if row else None


class _Finder:
    def __init__(self, contacts: "QuerySet[Contact]", search: Search, matching: Matching) -> None:
        self.search = search
        self.cursor = search.cursor
        self.backwards = bool(search.cursor and search.cursor.backwards)
        self.contacts = contacts
        self.matching = matching
        self.keyset = Keyset(search)
        self.limit = search.page_size + 1  # one more tells whether there is another page

    def page(self, rows: Sequence[Row], count: Count) -> Page:
        size = self.search.page_size
        has_more = len(rows) > size
        shown = list(reversed(rows[:size])) if self.backwards else list(rows[:size])
        first_index = self._first_index(len(shown), has_more)
        has_previous = has_more if self.backwards else self.cursor is not None
        has_next = True if self.backwards else has_more
        return Page(
            ids=[row[0] for row in shown],
            count=count,
            first_index=first_index,
            previous=_cursor_at(self.search, shown[0], first_index, backwards=True)
            if shown and has_previous
            else None,
            next=_cursor_at(self.search, shown[-1], first_index + len(shown)) if shown and has_next else None,
        )

    def counted(self) -> tuple[Count, list[Row] | None]:
        """The number of matches, and the page's rows where they were collected to know it."""
        known = self.matching.count
        if self.matching.is_best_collected:
            number, rows = self.collect_candidates()
            return Count(number), rows
        if known is None and self.matching.at_least <= COUNT_CAP:
            number, rows = self.collect()
            if number <= COUNT_CAP:
                return Count(number), rows
        return Count(COUNT_CAP, is_exact=False) if known is None else Count(known), None

    def collect(self) -> tuple[int, list[Row]]:
        """The number of matches, at most COUNT_CAP + 1, and the page's rows."""
        # With a limit in sight the planner likes to read the table until it has enough, and never has.
        settings = "SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off"
        matches = self.keyset.keyed(self.contacts.filter(self.matching.where))
        return self._collected(matches, settings, f"LIMIT {COUNT_CAP + 1}")

    def collect_candidates(self) -> tuple[int, list[Row]]:
        """The number of matches, all of them, and the page's rows; found by the candidates alone."""
        candidates = self.contacts.filter(self.matching.candidates, Fenced(self.matching.where))
        settings = "SET LOCAL enable_seqscan = off"
        if self.matching.candidate_count <= SOME:
            settings += "; SET LOCAL max_parallel_workers_per_gather = 0"  # starting one takes longer
        return self._collected(self.keyset.keyed(candidates), settings, "")

    def _collected(self, matches: Bound, settings: str, limit_matches: str) -> tuple[int, list[Row]]:
        after = self.keyset.after(nulls_apart=False)
        sql = _SQL["collect"].format(
            matches=matches.sql,
            limit_matches=limit_matches,
            after=after.sql,
            order=self.keyset.order(nulls_apart=False),
            limit=self.limit,
        )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(settings)
            cursor.execute(sql, [*matches.parameters, *after.parameters])
            rows = cursor.fetchall()
        return rows[0][0], [row[1:] for row in rows if row[1] is not None]

    def first(self) -> Row | None:
        found = self.keyset.keyed(self.contacts.filter(self.matching.where))
        with connection.cursor() as cursor:
            cursor.execute(f"{found.sql} LIMIT 1", found.parameters)
            row: Row | None = cursor.fetchone()
            return row

    def walk(self) -> list[Row]:
        """The page's rows in index order: first those that have a first sort value, then those that have none.

        All matches may be at the other end of the index. Where they can be collected, we go no farther than that costs.
        """
        is_limited = (
            self.matching.candidates is not None and self.matching.candidate_count <= COLLECTED_AT_MOST
        )
        rows: list[Row] = []
        for condition in self.keyset.parts():
            wanted = self.limit - len(rows)
            found = self._walked(condition, wanted, is_limited=is_limited)
            rows += found
            if len(found) == wanted:
                break
            if is_limited and self._goes_on(condition):
                return self.collect_candidates()[1]
        return rows

    def _walked(self, condition: Bound, limit: int, *, is_limited: bool) -> list[Row]:
        order = self.keyset.order(nulls_apart=True)
        if is_limited:
            is_match = ExpressionWrapper(self.matching.where, output_field=BooleanField())
            entries = self.keyset.keyed(self.contacts, is_match=is_match)
            sql = _SQL["walk_so_far"].format(
                entries=entries.sql,
                columns=", ".join(["id", *self.keyset.columns]),
                after=condition.sql,
                order=order,
                entries_limit=WALKED_AT_MOST,
                limit=limit,
            )
        else:
            entries = self.keyset.keyed(self.contacts.filter(self.matching.where))
            sql = _SQL["walk"].format(matches=entries.sql, after=condition.sql, order=order, limit=limit)
        with connection.cursor() as cursor:
            cursor.execute(sql, [*entries.parameters, *condition.parameters])
            rows: list[Row] = cursor.fetchall()
            return rows

    def _goes_on(self, condition: Bound) -> bool:
        """Whether the index has more entries than were walked."""
        entries = self.keyset.keyed(self.contacts)
        sql = _SQL["goes_on"].format(
            entries=entries.sql,
            after=condition.sql,
            order=self.keyset.order(nulls_apart=True),
            entries_limit=WALKED_AT_MOST,
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*entries.parameters, *condition.parameters])
            (goes_on,) = cursor.fetchone()
        return bool(goes_on)

    def _first_index(self, shown: int, has_more: bool) -> int:
        if self.cursor is None:
            return 0
        if not self.backwards:
            return self.cursor.index
        return max(self.cursor.index - shown, 0) if has_more else 0


def _cursor_at(search: Search, row: Row, index: int, *, backwards: bool = False) -> Cursor:
    order = tuple(str(key) for key in search.order)
    return Cursor(order, tuple(plain_value(value) for value in row[1:]), row[0], backwards, index)
