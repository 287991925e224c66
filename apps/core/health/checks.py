"""What the product stands on, each looked at by itself and for a second at most.

An app registers its own in its AppConfig.ready():

    @register("mail")
    def mail_server() -> Finding | None: ...

None means there is nothing to look at here. Facts are numbers and words for operators; never a version, an address or
a path.
"""

import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.conf import settings

from apps.core.health.direct import direct_connection
from apps.core.health.limits import Limited, TooLate
from apps.core.jobs.rescue import longest_silence
from apps.core.logs.frames import type_name
from apps.core.sql import load_sql

logger = structlog.get_logger(__name__)
LIMIT_SECONDS = 1.0
QUEUE_LATE_SECONDS = 300
REPLICA_LATE_SECONDS = 30
_SQL = Path(__file__).parent.parent / "sql" / "health.sql"
_LITTLE_DISK, _NO_DISK = 0.10, 0.02


class Status(StrEnum):
    OK = "ok"
    LATE = "late"  # works, but somebody should look
    DOWN = "down"
    TIMEOUT = "timeout"


@dataclass(frozen=True, slots=True)
class Finding:
    status: Status
    facts: Mapping[str, Any] = field(default_factory=dict)


type Check = Callable[[], Finding | None]
_checks: dict[str, Limited[Finding | None]] = {}


class _Registering(Protocol):
    def __call__[C: Check](self, check: C, /) -> C: ...


def register(name: str) -> _Registering:
    """Add a check under a name of one or two words; a second one of that name takes its place."""

    def added[C: Check](check: C) -> C:
        _checks[name] = Limited(check, seconds=LIMIT_SECONDS)
        return check

    return added


def unregister(name: str) -> None:
    _checks.pop(name, None)


def look_at_everything() -> dict[str, dict[str, Any]]:
    """Every check at the same time: its status, the milliseconds it took, and its facts."""
    with ThreadPoolExecutor(max_workers=max(1, len(_checks))) as pool:
        found = dict(zip(_checks, pool.map(_look, _checks.items()), strict=True))
    return {name: each for name, each in found.items() if each is not None}


def _look(named: tuple[str, Limited[Finding | None]]) -> dict[str, Any] | None:
    name, check = named
    began = time.perf_counter()
    try:
        finding = check()
    except TooLate:
        finding = Finding(Status.TIMEOUT)
    except Exception as error:  # noqa: BLE001  # a check that fails is a finding
        logger.warning("health.check_failed", **{"health.check": name, "error.type": type_name(error)})
        finding = Finding(Status.DOWN)
    if finding is None:
        return None
    took = round((time.perf_counter() - began) * 1000, 1)
    return {"status": str(finding.status), "ms": took, **finding.facts}


def _one_row(name: str, **parameters: object) -> tuple[Any, ...]:
    with direct_connection() as database:
        row = database.execute(load_sql(_SQL)[name], parameters).fetchone()
    assert row is not None  # each of these statements gives exactly one
    return row


@register("database")
def database() -> Finding:
    with direct_connection() as opened:
        opened.execute("SELECT 1")
    return Finding(Status.OK)


@register("replication")
def replication() -> Finding | None:
    is_replica, behind, furthest, replicas = _one_row("replication")
    if not is_replica and not replicas:
        return None
    seconds = round((behind if is_replica else furthest) or 0.0, 1)
    status = Status.LATE if seconds > REPLICA_LATE_SECONDS else Status.OK
    return Finding(status, {"behind_seconds": seconds})


@register("queue")
def queue() -> Finding:
    (oldest,) = _one_row("queue")
    status = Status.LATE if oldest > QUEUE_LATE_SECONDS else Status.OK
    return Finding(status, {"oldest_seconds": round(oldest, 1)})


@register("stalled_jobs")
def stalled_jobs() -> Finding:
    (count,) = _one_row("stalled", seconds=longest_silence())
    return Finding(Status.LATE if count else Status.OK, {"count": count})


@register("worker")
def worker() -> Finding:
    """The worker also keeps the timetable, so its heartbeat is the scheduler's."""
    _, ago = _one_row("heartbeat")
    if ago is None:
        return Finding(Status.DOWN)
    is_heard = ago <= longest_silence()
    return Finding(Status.OK if is_heard else Status.DOWN, {"heartbeat_seconds": round(ago, 1)})


@register("disk")
def disk() -> Finding:
    usage = shutil.disk_usage(settings.APP_DATA_DIR)
    free = usage.free / usage.total
    status = Status.DOWN if free < _NO_DISK else Status.LATE if free < _LITTLE_DISK else Status.OK
    return Finding(status, {"free_percent": round(free * 100, 1)})
