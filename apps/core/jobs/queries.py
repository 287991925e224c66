"""What the queue looks like now, and what was done."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from croniter import croniter
from django.db import connection

from apps.core.jobs.definition import scheduled
from apps.core.jobs.models import JobRun
from apps.core.jobs.statements import SQL


@dataclass(frozen=True, kw_only=True)
class QueueFigures:
    queue: str
    waiting: int  # due
    later: int  # scheduled for later, such as the next attempt
    running: int
    failed: int  # waiting for an admin
    oldest_at: datetime | None  # since when the first due one waits
    done: int  # attempts in the last hour
    failures: int


@dataclass(frozen=True, kw_only=True)
class QueuedJob:
    """A job in the queue, with what is known of its last attempt."""

    id: int
    task: str
    queue: str
    status: str
    priority: int
    attempts: int
    arguments: dict[str, Any]
    actor_id: int | None
    request_id: str
    enqueued_at: datetime
    scheduled_at: datetime | None
    last: JobRun | None

    @property
    def is_going_on(self) -> bool:
        return self.status in {"todo", "doing"}

    @property
    def is_failed(self) -> bool:
        return self.status in {"failed", "aborted"}


@dataclass(frozen=True, kw_only=True)
class ScheduledJob:
    task: str
    cron: str
    next_at: datetime
    last: JobRun | None


@dataclass(frozen=True, kw_only=True)
class WorkerProcess:
    id: int
    last_heartbeat: datetime
    is_silent: bool
    running: int


def queue_figures() -> list[QueueFigures]:
    return [QueueFigures(**row) for row in _rows("queue_figures")]


def worker_processes(*, silence: float) -> list[WorkerProcess]:
    return [WorkerProcess(**row) for row in _rows("workers", silence=silence)]


def jobs_with_status(statuses: list[str], *, before: int | None = None, limit: int) -> list[QueuedJob]:
    """The newest first, of those before a number."""
    return _with_last_runs(_rows("jobs", statuses=statuses, before=before, only=None, limit=limit))


def find_job(job_id: int) -> QueuedJob | None:
    return next(iter(_with_last_runs(_rows("jobs", statuses=None, before=None, only=job_id, limit=1))), None)


def runs_of(job_id: int) -> list[JobRun]:
    return list(JobRun.objects.filter(job_id=job_id).order_by("id"))


def recent_runs(*, before: int | None, limit: int) -> list[JobRun]:
    runs = JobRun.objects.order_by("-id")
    return list((runs if before is None else runs.filter(pk__lt=before))[:limit])


def schedule() -> list[ScheduledJob]:
    """The jobs of the clock, with their last and next time."""
    names = [job.name for job in scheduled()]
    newest = JobRun.objects.filter(task__in=names).order_by("task", "-id").distinct("task")
    last = {run.task: run for run in newest}
    now = datetime.now(UTC)
    return [
        ScheduledJob(
            task=job.name,
            cron=job.cron,
            next_at=_next_time(job.cron, now),
            last=last.get(job.name),
        )
        for job in scheduled()
    ]


def _next_time(cron: str, now: datetime) -> datetime:
    moment: datetime = croniter(cron, now).get_next(datetime)
    return moment


def _with_last_runs(rows: list[dict[str, Any]]) -> list[QueuedJob]:
    runs = JobRun.objects.filter(job_id__in=[row["id"] for row in rows]).exclude(
        attempt=0
    )  # acts of an admin
    last = {run.job_id: run for run in runs.order_by("job_id", "-id").distinct("job_id")}
    # Django leaves JSON of its own cursors as text.
    return [
        QueuedJob(**row | {"arguments": json.loads(row["arguments"])}, last=last.get(row["id"]))
        for row in rows
    ]


def _rows(name: str, **parameters: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(SQL[name], parameters)
        columns = [column.name for column in cursor.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
