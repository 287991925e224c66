"""How a process treats its database: how long it waits for what, and how it comes back after an outage.

Which of the roles below a process has is said by PROCESS_ROLE, which its entry point sets: gunicorn.conf.py, manage.py.
docs/decisions/0007-timeouts.md says why the limits are what they are.
"""

from dataclasses import dataclass
from typing import Any

from psycopg import Connection, OperationalError
from psycopg_pool import ConnectionPool

from appointment360 import env


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds after which PostgreSQL ends it; 0 is never."""

    statement: int  # one statement, waiting for locks included
    lock: int  # the wait for one lock
    idle: int  # a transaction in which nothing is asked, whose locks others wait for

    def as_options(self) -> str:
        return " ".join(
            f"-c {name}={seconds}s"
            for name, seconds in (
                ("statement_timeout", self.statement),
                ("lock_timeout", self.lock),
                ("idle_in_transaction_session_timeout", self.idle),
            )
        )


TIMEOUTS = {
    "web": Timeouts(
        env.whole_number("DB_STATEMENT_TIMEOUT_WEB", 5),
        env.whole_number("DB_LOCK_TIMEOUT_WEB", 5),
        env.whole_number("DB_IDLE_TIMEOUT_WEB", 30),
    ),
    # A gunicorn of its own for /api/, started with PROCESS_ROLE=api.
    "api": Timeouts(
        env.whole_number("DB_STATEMENT_TIMEOUT_API", 10),
        env.whole_number("DB_LOCK_TIMEOUT_API", 5),
        env.whole_number("DB_IDLE_TIMEOUT_API", 30),
    ),
    # A job limits its own batches. Between two statements of an import, Python may read a large file once more.
    "worker": Timeouts(
        env.whole_number("DB_STATEMENT_TIMEOUT_WORKER", 0),
        env.whole_number("DB_LOCK_TIMEOUT_WORKER", 30),
        env.whole_number("DB_IDLE_TIMEOUT_WORKER", 600),
    ),
    # Whoever comes after a migration that waits for a table waits too: give up early, and be run again.
    "migration": Timeouts(
        env.whole_number("DB_STATEMENT_TIMEOUT_MIGRATION", 0),
        env.whole_number("DB_LOCK_TIMEOUT_MIGRATION", 3),
        env.whole_number("DB_IDLE_TIMEOUT_MIGRATION", 60),
    ),
    "command": Timeouts(
        env.whole_number("DB_STATEMENT_TIMEOUT_COMMAND", 0),
        env.whole_number("DB_LOCK_TIMEOUT_COMMAND", 0),
        env.whole_number("DB_IDLE_TIMEOUT_COMMAND", 600),
    ),
}
# Brings tables and demo data in: `make run` before it serves, seed_contacts.
TIMEOUTS["setup"] = TIMEOUTS["command"]
POOL_MAX_SIZE = env.whole_number("DB_POOL_MAX_SIZE", 8, low=1, high=200)
PROCESS_ROLE = env.choice("PROCESS_ROLE", "command", set(TIMEOUTS))
# They make and alter tables, so they connect as the owner of the database; everybody else as a role that owns nothing
# (docs/decisions/0010-database-roles.md).
IS_OWNER = PROCESS_ROLE in {"migration", "setup"}


def described(address: dict[str, Any]) -> dict[str, Any]:
    """Django's description of a database from what its address says."""
    return {
        **address,
        "OPTIONS": connection_options(address),
        # A restarted server must cost no request an error: a connection is tried before it is handed out.
        "CONN_HEALTH_CHECKS": True,
    }


def connection_options(described: dict[str, Any]) -> dict[str, Any]:
    """Django's OPTIONS for the server: what its address said, and ours."""
    told = dict(described.get("OPTIONS", {}))
    # The last word about a setting counts: what the address says.
    options = f"{TIMEOUTS[PROCESS_ROLE].as_options()} {told.pop('options', '')}".strip()
    return {
        # A server that vanished without a goodbye is noticed in half a minute instead of a quarter of an hour.
        "connect_timeout": 3,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 25_000,
        **told,
        "application_name": f"appointment360 {PROCESS_ROLE}",
        "options": options,
        "pool": pool_options(),
    }


def pool_options() -> dict[str, Any]:
    """Each process has a pool of its own: the server sees processes x DB_POOL_MAX_SIZE connections at most."""
    return {
        "min_size": 1,
        "max_size": POOL_MAX_SIZE,
        # Who waits longer for a connection is told to come back: in a storm everybody has an answer in 5 seconds.
        "timeout": env.whole_number("DB_POOL_TIMEOUT", 4, low=1, high=60),
        # The pool tries again after 1, 2, 4, 8 … seconds and holds new requests until then. Left at five minutes, the
        # next try after a long outage may be minutes away; given up early, every request starts a fresh one.
        "reconnect_timeout": 4,
        "check": check_connection,
    }


def check_connection(connection: Connection[Any]) -> None:
    """Before a connection is handed out. When one died, the others probably did: they are replaced now, together.

    The pool itself would find them one by one, with growing pauses, until the request runs out of patience.
    """
    try:
        ConnectionPool.check_connection(connection)
    except OperationalError:
        from django.db import connections
        from django.db.backends.postgresql.base import DatabaseWrapper

        wrapper = connections["default"]
        assert isinstance(wrapper, DatabaseWrapper)  # for the type checker: no other database is supported
        if wrapper.pool is not None:
            wrapper.pool.check()
        raise
