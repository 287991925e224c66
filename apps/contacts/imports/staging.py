"""The rows of a file in a temporary table: cleaned and typed, the wrong ones with their reasons."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from psycopg.sql import SQL, Composable, Literal

from apps.contacts.fields import FIELDS
from apps.contacts.imports.columns import StagedColumn, comma, names
from apps.contacts.imports.copy_text import NULL, copy_line
from apps.contacts.imports.headers import Header
from apps.contacts.imports.mapping import MATCH_FIELDS, ColumnPlan
from apps.contacts.imports.reader import Row
from apps.contacts.imports.rows import Rejection, RowCleaner
from apps.core.sql import load_sql

SQL_DRAWER = Path(__file__).with_name("sql")
_SQL = load_sql(SQL_DRAWER / "staging.sql")
PROGRESS_EVERY = 5_000  # rows
_LINES_AT_ONCE = 50

_KEY_COLUMNS = {"email": "email", "linkedin": "linkedin_path", "contact_id": "contact_id"}


@dataclass(frozen=True, slots=True)
class Key:
    """One way to tell contacts apart that the file has: a column of both the staged rows and the contacts."""

    name: str  # email, linkedin or contact_id
    column: str
    label: str
    is_matched: bool
    is_written: bool


@dataclass(frozen=True, slots=True)
class Staged:
    """What is known about the staged file when its rows are matched, merged and written."""

    columns: list[StagedColumn]  # all staged fields
    keys: list[Key]  # in the order in which they are matched
    match_only: frozenset[str]
    guessed: frozenset[str]  # fields from a split full name
    titles: dict[str, str]  # field → its header
    keeps_custom: bool

    @property
    def written(self) -> list[StagedColumn]:
        return [column for column in self.columns if column.field.name not in self.match_only]

    def column(self, name: str) -> StagedColumn:
        return next(column for column in self.columns if column.field.name == name)


def execute(block: str, **parts: Composable) -> int:
    """Run a named block with its places filled; says how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(SQL(block).format(**parts).as_string(connection.connection))
        return int(cursor.rowcount)


def fetch(block: str, **parts: Composable) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL(block).format(**parts).as_string(connection.connection))
        return list(cursor.fetchall())


def staged_file(plan: ColumnPlan, cleaner: RowCleaner, *, match: Sequence[str], keeps_custom: bool) -> Staged:
    guessed = frozenset({"first_name", "last_name"} if plan.full_name else set())
    return Staged(
        columns=[StagedColumn(field, is_timid=field.name in guessed) for field in cleaner.fields],
        keys=_keys(plan.fields, plan.match_only, match),
        match_only=frozenset(plan.match_only),
        guessed=guessed,
        titles={name: header.title for name, header in plan.fields.items()},
        keeps_custom=keeps_custom,
    )


def _keys(fields: dict[str, Header], match_only: set[str], match: Sequence[str]) -> list[Key]:
    order = [*match, *(name for name in MATCH_FIELDS if name not in match)]
    return [
        Key(
            name,
            _KEY_COLUMNS[name],
            FIELDS[MATCH_FIELDS[name]].label,
            is_matched=name in match,
            is_written=MATCH_FIELDS[name] not in match_only,
        )
        for name in order
        if MATCH_FIELDS[name] in fields
    ]


def stage_rows(
    rows: Iterable[Row], cleaner: RowCleaner, staged: Staged, progress: Callable[[int], None]
) -> tuple[int, int]:
    """Clean every row and COPY it into the staging table; says how many there were, and the last one's number."""
    drop_staging()
    execute(_SQL["create"], columns=comma([column.definition for column in staged.columns]))
    count = last = 0
    lines: list[str] = []
    copy_into = SQL(_SQL["copy"]).format(null=Literal(NULL), columns=comma(names(staged.columns)))
    with connection.cursor() as cursor, cursor.copy(copy_into) as copy:
        for count, row in enumerate(rows, 1):
            try:
                values, reason = cleaner.staged(row), ""
            except Rejection as rejection:
                values, reason = cleaner.nothing, str(rejection)
            last = row.number
            lines.append(copy_line([str(last), reason, *values]))
            if len(lines) == _LINES_AT_ONCE:
                copy.write("".join(lines))
                lines.clear()
            if count % PROGRESS_EVERY == 0:
                progress(count)
        copy.write("".join(lines))
    progress(count)
    if any(key.name == "linkedin" for key in staged.keys):
        execute(_SQL["linkedin_path"])
    execute(_SQL["index"])
    execute("ANALYZE import_row")
    return count, last


def drop_staging() -> None:
    execute(_SQL["drop"])


def outcomes() -> dict[str | None, int]:
    """How many rows came to each outcome, counted by the database."""
    return dict(fetch(_SQL["outcomes"]))


def rejected_rows() -> Iterable[tuple[int, str]]:
    """Number and reason of each rejected row, in order, without holding them all."""
    with connection.cursor() as cursor:
        cursor.execute(f"DECLARE import_reasons NO SCROLL CURSOR FOR {_SQL['reasons']}")
        while True:
            cursor.execute("FETCH 5000 FROM import_reasons")
            batch = cursor.fetchall()
            if not batch:
                break
            yield from batch
        cursor.execute("CLOSE import_reasons")
