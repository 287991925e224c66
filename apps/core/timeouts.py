"""More time for the few statements of the web that need it; appointment360/databases.py has the usual limits."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper


@contextmanager
def long_statement(seconds: int) -> Iterator[None]:
    """A transaction in which each statement may take `seconds`, where the process allows less; never fewer.

    Locks are waited for no longer than usual: who holds things up is not waited for, only work of our own.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT setting::bigint FROM pg_settings WHERE name = 'statement_timeout'")
        (usual,) = cursor.fetchone()  # milliseconds
        if usual:
            _set(cursor, max(usual, seconds * 1000))
        yield
        # An outer transaction goes on with its own limit. A rollback sees to that by itself.
        if usual and not transaction.get_rollback():
            _set(cursor, usual)


def _set(cursor: CursorWrapper, milliseconds: int) -> None:
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
