"""What is not kept for ever: rules by name, each with a time after which its things go.

Any app adds its own in a module `retention`:

    register(Rule("sessions", "expired sessions", keep=timedelta(0), count=..., remove=...))

`count(before)` says how many things are older than that moment, `remove(before, most)` removes at most so many of them,
in a transaction of its own, and says how many. Called again until it says 0, so a purge may be interrupted anywhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from apps.core.limits.operations import prune_rate_limits
from apps.core.sql import load_sql

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    what: str
    keep: timedelta
    count: Callable[[datetime], int]
    remove: Callable[[datetime, int], int]

    def before(self, now: datetime) -> datetime:
        return now - self.keep


_RULES: dict[str, Rule] = {}


def register(rule: Rule) -> None:
    if rule.name in _RULES:
        raise ValueError(f"Two rules are named {rule.name}.")
    _RULES[rule.name] = rule


def rules() -> list[Rule]:
    """Those of every app, in the order of their names."""
    autodiscover_modules("retention")
    return [rule for _, rule in sorted(_RULES.items())]


def purged(rule: Rule, now: datetime | None = None) -> Iterator[int]:
    """Remove what has had its time, batch by batch; yields how many are gone so far."""
    before, gone = rule.before(now or timezone.now()), 0
    while removed := rule.remove(before, BATCH):
        gone += removed
        yield gone


_SQL = load_sql(Path(__file__).parent / "sql" / "retention.sql")


def counting(block: str) -> Callable[[datetime], int]:
    def count(before: datetime) -> int:
        with connection.cursor() as cursor:
            cursor.execute(_SQL[block], {"before": before})
            (number,) = cursor.fetchone()
        return int(number)

    return count


def removing(block: str) -> Callable[[datetime, int], int]:
    def remove(before: datetime, most: int) -> int:
        parameters: dict[str, Any] = {"before": before, "most": most}
        with connection.cursor() as cursor:
            cursor.execute(_SQL[block], parameters)
            return int(cursor.rowcount)

    return remove


register(
    Rule(
        "finished jobs",
        "background jobs that were done, and their events; failed ones wait for an admin",
        timedelta(days=settings.KEEP_JOBS_DAYS),
        counting("count_jobs"),
        removing("remove_jobs"),
    )
)
register(
    Rule(
        "cache",
        "entries of the cache that have expired",
        timedelta(0),
        counting("count_cache"),
        removing("remove_cache"),
    )
)
register(
    Rule(
        "records of jobs",
        "who asked for a job, when it ran and how it ended",
        timedelta(days=settings.KEEP_RECORDS_DAYS),
        counting("count_records"),
        removing("remove_records"),
    )
)
register(
    Rule(
        "errors",
        "groups of errors that were not seen any more",
        timedelta(days=settings.KEEP_ERRORS_DAYS),
        counting("count_errors"),
        removing("remove_errors"),
    )
)
register(
    Rule(
        "rate limits",
        "counters whose time is over",
        timedelta(0),
        counting("count_limits"),
        lambda before, most: prune_rate_limits(),
    )
)
