"""A table made ready for very many rows at once: no triggers, and no indexes when rebuilding them is quicker.

Everything happens in the caller's transaction, so whatever goes wrong, the table is as it was.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.db.backends.utils import CursorWrapper

# An index that takes in more than a quarter of its rows anew is built faster from nothing (docs/performance.md).
REBUILD_WHEN_NEW_ROWS_ARE_ONE_IN = 4

_TRIGGERS = """
    SELECT quote_ident(tgname) FROM pg_trigger
    WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O' ORDER BY tgname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY indisunique DESC, indexrelid
"""
_FOREIGN_KEYS = """
    SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY conname
"""
_IS_REFERENCED = "SELECT EXISTS (SELECT FROM pg_constraint WHERE confrelid = %s::regclass AND contype = 'f')"


@dataclass(slots=True)
class TableLoad:
    """What was taken off a table and has to come back."""

    table: str
    rebuilds: bool
    was_emptied: bool = False  # so that rows may be written as already frozen
    triggers: list[str] = field(default_factory=list)
    indexes: list[tuple[str, str]] = field(default_factory=list)
    foreign_keys: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def loading(table: str, new_rows: int, *, on_step: Callable[[str], None]) -> Iterator[TableLoad]:
    """Inside a transaction: `table` (a trusted name) may be filled quickly; afterwards it is whole again.

    Writers wait until the transaction ends; readers too when indexes are rebuilt.
    """
    load = _take_off(table, new_rows)
    yield load
    with connection.cursor() as cursor:
        for number, (name, definition) in enumerate(load.indexes, 1):
            on_step(f"index {number} of {len(load.indexes)}: {name}")
            cursor.execute(definition)
        if load.foreign_keys:
            on_step(f"foreign keys of {table}")
        for name, definition in load.foreign_keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for name in load.triggers:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def _take_off(table: str, new_rows: int) -> TableLoad:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '15s'")
        # Checks that wait for the commit would forbid to alter the tables they look at.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        existing = _count_up_to(cursor, table, new_rows * REBUILD_WHEN_NEW_ROWS_ARE_ONE_IN)
        load = TableLoad(table, rebuilds=existing < new_rows * REBUILD_WHEN_NEW_ROWS_ARE_ONE_IN)
        cursor.execute(_TRIGGERS, [table])
        load.triggers = [name for (name,) in cursor.fetchall()]
        for name in load.triggers:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        if load.rebuilds:
            _drop_what_slows(cursor, load)
            cursor.execute(_IS_REFERENCED, [table])
            if existing == 0 and not cursor.fetchone()[0]:
                cursor.execute(f"TRUNCATE {table}")
                load.was_emptied = True
    return load


def _drop_what_slows(cursor: CursorWrapper, load: TableLoad) -> None:
    cursor.execute(_INDEXES, [load.table])
    load.indexes = cursor.fetchall()
    cursor.execute(_FOREIGN_KEYS, [load.table])
    load.foreign_keys = cursor.fetchall()
    for name, _ in load.foreign_keys:
        cursor.execute(f"ALTER TABLE {load.table} DROP CONSTRAINT {name}")
    for name, _ in load.indexes:
        cursor.execute(f"DROP INDEX {name}")


def _count_up_to(cursor: CursorWrapper, table: str, limit: int) -> int:
    cursor.execute(f"SELECT count(*) FROM (SELECT FROM {table} LIMIT %s) some_rows", [limit])  # noqa: S608
    (number,) = cursor.fetchone()
    return int(number)
