"""Going through all examinations: each bounded in time, none of them able to stop the others."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import Error as DatabaseTrouble
from django.db import connection, transaction
from django.utils.module_loading import autodiscover_modules
from psycopg_pool import PoolTimeout

from apps.core.doctor.registry import EXAMINATIONS, GROUPS, Examination, Finding, Level, fail, warn

SECONDS = 2  # for one statement of an examination


@dataclass(frozen=True, slots=True)
class Result:
    group: str
    name: str
    level: Level
    sentence: str
    advice: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    results: list[Result]

    @property
    def level(self) -> Level:
        levels = {result.level for result in self.results}
        return next(level for level in (Level.FAIL, Level.WARN, Level.OK) if level in levels | {Level.OK})

    def count(self, level: Level) -> int:
        return sum(result.level is level for result in self.results)

    @property
    def warnings(self) -> int:
        return self.count(Level.WARN)

    @property
    def failures(self) -> int:
        return self.count(Level.FAIL)

    @property
    def verdict(self) -> str:
        if self.failures:
            return f"Something must be repaired: {self.failures} of {len(self.results)} examinations"
        if self.warnings:
            return f"It works; worth a look: {self.warnings} of {len(self.results)} examinations"
        return f"All well: {len(self.results)} examinations"

    @property
    def groups(self) -> dict[str, list[Result]]:
        found: dict[str, list[Result]] = {}
        for result in self.results:
            found.setdefault(result.group, []).append(result)
        return found

    @property
    def groups_by_urgency(self) -> dict[str, list[Result]]:
        """Those with something to repair first, then those worth a look."""
        levels = [Level.FAIL, Level.WARN, Level.OK]

        def urgency(results: list[Result]) -> int:
            return min(levels.index(result.level) for result in results)

        return dict(sorted(self.groups.items(), key=lambda group: urgency(group[1])))

    def as_json(self) -> dict[str, Any]:
        return {"level": self.level, "examinations": [asdict(result) for result in self.results]}


def examine() -> Report:
    """Look at everything. Without a database, what needs one is left out but for one line that says so."""
    autodiscover_modules("examinations")
    return Report(sorted(_results(), key=lambda result: _place(result.group)))


def _place(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def _results() -> Iterator[Result]:
    reason = _why_no_database()
    if reason:
        yield Result(
            "Database",
            "reachable",
            Level.FAIL,
            f"The database does not answer: {reason}. What needs it was not examined.",
            "Start it, or correct DATABASE_URL.",
            0.0,
        )
    for each in EXAMINATIONS:
        if not (each.asks_database and reason):
            yield _looked_at(each)


def _why_no_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseTrouble, PoolTimeout) as error:
        return _first_line(error)
    return ""


def _looked_at(each: Examination) -> Result:
    began = time.perf_counter()
    finding = _finding_of(each)
    seconds = round(time.perf_counter() - began, 3)
    return Result(each.group, each.name, finding.level, finding.sentence, finding.advice, seconds)


def _finding_of(each: Examination) -> Finding:
    try:
        if not each.asks_database:
            return each.look()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SECONDS}s"])
            return each.look()
    except (DatabaseTrouble, PoolTimeout) as error:
        return warn(
            f"It could not be examined: {_first_line(error)}.", "Run it again when the database is less busy."
        )
    except Exception as error:  # noqa: BLE001  # a broken examination must not hide the others
        return fail(
            f"The examination itself failed: {type(error).__name__}: {_first_line(error)}.", "Report it."
        )


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0].rstrip(".")
