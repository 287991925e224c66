"""Reading the facet values: option lists, spellings, cheap exact counts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "counts.sql")
MAX_SPELLINGS = 5_000


@dataclass(frozen=True, slots=True)
class Option:
    """A value that contacts hold and how many of them do."""

    value: str
    n: int


@dataclass(frozen=True, slots=True)
class Spellings:
    """How one value is written in the database, and how many contacts write it so."""

    numbers: dict[str, int]


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def like_patterns(text: str) -> tuple[str, str]:
    """Two LIKE patterns, either of which a value may match, to hold a text: anywhere, or if short where a word begins.

    A trigram index knows three letters in a row, or fewer at the start of a word; for anything else it is read whole.
    """
    if len(text) >= 3:
        return f"%{escaped(text)}%", f"%{escaped(text)}%"
    return f"{escaped(text)}%", f"% {escaped(text)}%"


def top_values(fields: Sequence[str], limit: int) -> dict[str, list[Option]]:
    """For each field its most frequent values, most frequent first."""
    found: dict[str, list[Option]] = {name: [] for name in fields}
    with connection.cursor() as cursor:
        cursor.execute(_SQL["top_values"], {"fields": list(fields), "limit": limit})
        for field, value, n in cursor.fetchall():
            found[field].append(Option(value, n))
    return found


def matching_values(field: str, text: str, limit: int) -> list[Option]:
    """Values that hold the text, those beginning with it first, then by frequency."""
    if not text:
        return top_values([field], limit)[field]
    arguments: dict[str, str | int] = {"field": field, "limit": limit, "prefix": f"{escaped(text)}%"}
    with connection.cursor() as cursor:
        cursor.execute(_SQL["matching_values"], {**arguments, **_patterns(text)})
        return [Option(value, n) for value, n in cursor.fetchall()]


def _patterns(text: str) -> dict[str, str]:
    return dict(zip(("pattern", "other_pattern"), like_patterns(text), strict=True))


def spellings(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Spellings]:
    """For each (field, value) how it is really written, whatever the case and accents asked for."""
    pairs = list(dict.fromkeys(wanted))
    written: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    if pairs:
        fields, values = zip(*pairs, strict=True)
        with connection.cursor() as cursor:
            cursor.execute(_SQL["spellings"], {"fields": list(fields), "values": list(values)})
            for field, asked, held, n in cursor.fetchall():
                written[field, asked][held] = n
    return {pair: Spellings(written[pair]) for pair in pairs}


def values_containing(field: str, text: str) -> dict[str, int]:
    """The field's values that hold the text, at most MAX_SPELLINGS, and how many contacts hold each."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["containing_values"], {"field": field, "limit": MAX_SPELLINGS, **_patterns(text)})
        return dict(cursor.fetchall())


def value_counts(field: str, values: Sequence[str]) -> dict[str, int]:
    """How many contacts hold each of the given values."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["value_counts"], {"field": field, "values": list(values)})
        return dict(cursor.fetchall())


def total_contacts() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_SQL["total"])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """Of one field's option list."""

    values: int
    contacts: int  # for a list, each of a contact's values counts
    pending: int  # appended changes of counts


def field_statistics() -> dict[str, FieldStatistics]:
    """For each field, in order; '' is the number of all contacts."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["statistics"])
        return {field: FieldStatistics(*numbers) for field, *numbers in cursor.fetchall()}


def table_sizes(tables: Sequence[str]) -> dict[str, int]:
    """Bytes of tables with their indexes."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["sizes"], {"tables": list(tables)})
        return dict(cursor.fetchall())


def pending() -> tuple[int, int]:
    """How many changes of counts, and how many contacts with bits out of date, wait to be folded."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["pending"])
        deltas, stale = cursor.fetchone()
    return deltas, stale


def wrong_counts() -> list[tuple[str, str, int, int]]:
    """Of a few values those whose kept count is not what the contacts say: field, value, kept, counted."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["sample"])
        return [row for row in cursor.fetchall() if row[2] != row[3]]
