"""May this process get requests? Asked by load balancers every few seconds, so it must be cheap and never hang."""

import threading
import time
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from apps.core.health.direct import direct_connection
from apps.core.health.draining import is_draining
from apps.core.health.limits import Limited, TooLate

LIMIT_SECONDS = 1.0
REMEMBERED_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Readiness:
    database: bool
    migrations: bool

    @property
    def word(self) -> str:
        if not self.database:
            return "no database"
        return "ok" if self.migrations else "migrations missing"


class _Memory:
    """The last answer, for a second: a storm of probes is one question to the database."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answer = Readiness(database=False, migrations=False)
        self._asked_at = -REMEMBERED_SECONDS
        self.migrations_are_applied = False
        self._ask = Limited(self._look, seconds=LIMIT_SECONDS)

    def answer(self) -> Readiness:
        with self._lock:
            if time.monotonic() - self._asked_at >= REMEMBERED_SECONDS:
                _latest_migrations()  # reads files, the first time; that is not the database's second
                try:
                    self._answer = self._ask()
                except TooLate:
                    self._answer = Readiness(database=False, migrations=self.migrations_are_applied)
                self._asked_at = time.monotonic()
            return self._answer

    def _look(self) -> Readiness:
        try:
            with direct_connection() as database:
                database.execute("SELECT 1")
                if not self.migrations_are_applied:
                    rows = database.execute("SELECT app, name FROM django_migrations").fetchall()
                    self.migrations_are_applied = _latest_migrations() <= {(row[0], row[1]) for row in rows}
        except Exception as error:  # noqa: BLE001  # whatever it is, the database cannot be worked with
            # A database without Django's table answers, and has no migrations.
            answers = getattr(error, "sqlstate", None) == "42P01"
            return Readiness(database=answers, migrations=False)
        return Readiness(database=True, migrations=self.migrations_are_applied)


@cache
def _latest_migrations() -> frozenset[tuple[str, str]]:
    """The last one of each app, from the files."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes())


_memory = _Memory()


def database_answers() -> bool:
    return _memory.answer().database


def readiness() -> tuple[bool, str]:
    """Whether this process may get requests, and the reason in a word or two."""
    if is_draining(settings.APP_DATA_DIR):
        return False, "draining"
    word = _memory.answer().word
    return word == "ok", word


def forget() -> None:
    """Ask afresh next time."""
    global _memory
    _memory = _Memory()
