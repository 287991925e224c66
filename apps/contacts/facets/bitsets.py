"""Asking the bitmaps: how many contacts, and which ones, belong to a combination of sets."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from apps.contacts.facets.bitmaps import ZEROS, bit_of
from apps.contacts.facets.models import CHUNK
from apps.contacts.facets.pairs import bit_pairs_of
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "bitmaps.sql")
MOST_STALE = 5_000  # with more the bitmaps are left alone until somebody has folded them
EVERYBODY = ("", "")

type Pair = tuple[str, str]  # (field, value), as FacetBitmap has them
type Bound = tuple[str, list[Any]]  # SQL and its parameters


@dataclass(frozen=True, slots=True)
class BitSet:
    """The contacts that hold any of some values; or, negated, all the others."""

    bitmaps: tuple[int, ...]
    is_negated: bool = False


def bitmaps_of(pairs: Iterable[Pair]) -> dict[Pair, int]:
    """The bitmaps of those values that have one; of everybody's too. Empty where there are none at all."""
    fields, values = zip(*dict.fromkeys([EVERYBODY, *pairs]), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _SQL["bitmaps"], {"fields": list(fields), "values": list(values), "most_stale": MOST_STALE}
        )
        return {(field, value): bitmap for field, value, bitmap in cursor.fetchall()}


def are_still_there(bitmaps: Collection[int]) -> bool:
    """Whether none of these bitmaps was dropped: what earlier statements read of them was then complete."""
    if not bitmaps:
        return True
    with connection.cursor() as cursor:
        cursor.execute(_SQL["still_there"], {"bitmaps": list(bitmaps)})
        (number,) = cursor.fetchone()
    return bool(number == len(bitmaps))


def count_of(sets: Sequence[BitSet], stale: Bound) -> int:
    """How many contacts belong to all the sets. `stale` selects those among contacts_facetstale, whatever it yields.

    One statement and so one moment: what is stale and what is not is never counted twice.
    """
    combined, parameters = _combination(sets)
    sql = _SQL["count"].format(
        chunk=CHUNK, zeros=ZEROS, bit=bit_of("contact_id"), sets=combined, stale=stale[0]
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*stale[1], *parameters])
        (number,) = cursor.fetchone()
    return int(number)


def ids_of(sets: Sequence[BitSet], *, every: int = 1) -> Bound:
    """SQL for the ids of the contacts in all the sets, and of a few more that may be.

    Or only of those whose id is a multiple of `every`, a power of two: a sample that is even however many there are.
    """
    combined, parameters = _combination(sets)
    if every > 1:
        evenly = f"repeat('1{'0' * (every - 1)}', {CHUNK // every})::bit({CHUNK})"
        combined = f"SELECT chunk, bits & {evenly} AS bits FROM ({combined}) thinned"  # noqa: S608
    return _SQL["ids"].format(chunk=CHUNK, sets=combined), parameters


@dataclass(frozen=True, slots=True)
class Wanted:
    """A value to be counted: the numbered one that any of these pairs stands for; those without a bitmap are rare."""

    place: int
    pair: Pair
    bitmap: int | None


def counts_among(
    sets: Sequence[BitSet], wanted: Sequence[Wanted], *, stale: Bound, rare: Bound
) -> dict[int, int]:
    """How many of the contacts in all the sets hold each wanted value, by its place.

    `stale` selects the ids of those among contacts_facetstale, `rare` of whoever holds a pair without a bitmap.
    One statement, and so one moment.
    """
    combined, parameters = _combination(sets)
    sql = _SQL["counts_among"].format(
        chunk=CHUNK,
        zeros=ZEROS,
        bit=bit_of("contact_id"),
        rare_bit=bit_of("contact.id"),
        sets=combined,
        stale=stale[0],
        rare=rare[0],
        rare_pairs=bit_pairs_of("contact", {one.pair[0] for one in wanted if one.bitmap is None}),
        pairs=bit_pairs_of("contact", {one.pair[0] for one in wanted}),
    )
    columns: list[list[Any]] = [
        [one.place for one in wanted],
        [one.pair[0] for one in wanted],
        [one.pair[1] for one in wanted],
        [one.bitmap for one in wanted],
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*columns, *parameters, *rare[1], *stale[1]])
        return dict(cursor.fetchall())


def _combination(sets: Sequence[BitSet]) -> Bound:
    columns = [
        f"bit_or(bits) FILTER (WHERE bitmap_id = ANY (%s)) AS set{place}" for place in range(len(sets))
    ]
    terms = [
        f"~coalesce(set{place}, {ZEROS})" if each.is_negated else f"set{place}"
        for place, each in enumerate(sets)
    ]
    parameters: list[Any] = [list(each.bitmaps) for each in sets]
    everything = [bitmap for each in sets for bitmap in each.bitmaps]
    sql = _SQL["sets"].format(combined=" & ".join(terms), columns=", ".join(columns))
    return sql, [*parameters, everything]
