"""A connection to the database beside the pool: when the pool is exhausted or full of dead connections, it still tells
the truth."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.rows import TupleRow

# A server that vanished without a word is given up by the kernel after a few seconds, so no thread waits for ever.
_GIVE_UP = {
    "connect_timeout": 2,
    "keepalives": 1,
    "keepalives_idle": 2,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 3000,
}


@contextmanager
def direct_connection() -> Iterator[psycopg.Connection[TupleRow]]:
    """Read only, statements limited to a second; leaves nothing behind."""
    parameters: dict[str, Any] = {**connection.get_connection_params(), **_GIVE_UP}
    parameters["options"] = (
        f"{parameters.get('options') or ''} -c statement_timeout=1000 -c default_transaction_read_only=on"
    ).strip()
    parameters.pop("cursor_factory", None)
    parameters.pop("context", None)
    with psycopg.connect(**parameters, autocommit=True) as opened:
        yield opened
