"""One attempt at a job, and its claim to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from django.db import connection, transaction
from procrastinate.jobs import Job as QueuedJob
from psycopg import Connection

from apps.core.jobs.keys import put_back
from apps.core.jobs.models import JobRun
from apps.core.jobs.statements import SQL

END_UNKNOWN = "How it ended could not be written."


class ClaimLost(Exception):
    """The job is no longer this worker's: it was given to another one, stopped or ended. Nothing may be written."""


class StopRequested(Exception):
    """Somebody stopped the job, its time is up, or the worker ends."""


@dataclass(slots=True)
class Run:
    """What a job's function knows of its attempt. `state` is what earlier attempts have left with `step`."""

    job_id: int
    worker_id: int
    attempt: int  # from 1
    task: str
    queue: str
    actor_id: int | None
    asked: dict[str, Any]  # the ids of the request that enqueued it
    scheduled_for: datetime | None
    state: dict[str, Any] = field(default_factory=dict)
    id: int = 0
    outcome: str = JobRun.Outcome.RUNNING
    _stopping: threading.Event = field(default_factory=threading.Event)
    _connection: Connection[Any] | None = None
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, job: QueuedJob, *, asked: dict[str, Any] | None, timestamp: int | None) -> Self:
        asked = asked or {}
        assert job.id is not None  # for the type checker: only a job without a place in the queue has none
        return cls(
            job_id=job.id,
            worker_id=job.worker_id or 0,
            attempt=job.attempts + 1,
            task=job.task_name,
            queue=job.queue,
            actor_id=asked.get("by"),
            asked=asked,
            scheduled_for=None if timestamp is None else datetime.fromtimestamp(timestamp, UTC),
        )

    @property
    def should_stop(self) -> bool:
        return self._stopping.is_set()

    def stop_if_asked(self) -> None:
        """For long loops, whose thread nobody can end from outside. Raises StopRequested."""
        if self.should_stop:
            raise StopRequested

    @contextmanager
    def step(self) -> Iterator[dict[str, Any]]:
        """A transaction of its own, refused at its end with ClaimLost if the job is no longer ours.

        What is put into the yielded dict is there at the next attempt, if this one gets no further.
        """
        with self.transaction():
            self.stop_if_asked()
            yield self.state
            self._require_claim()
            JobRun.objects.filter(pk=self.id).update(state=self.state)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction whose running query `interrupt` can cancel."""
        with transaction.atomic():
            connection.ensure_connection()
            with self._guard:
                self._connection = connection.connection
            try:
                yield
            finally:
                with self._guard:
                    self._connection = None

    def finish(self) -> None:
        """End the job as succeeded, within the transaction of its effects. Raises ClaimLost if it is not ours."""
        with connection.cursor() as cursor:
            cursor.execute(SQL["finish"], self._claim())
            if cursor.rowcount != 1:
                raise ClaimLost
        self.record(JobRun.Outcome.SUCCEEDED)

    def hand_back(self) -> bool:
        """Put the job back into the queue as if it had not been tried; False when it is not ours any more."""
        return put_back(self.job_id, self._hand_back)

    def _hand_back(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(SQL["hand_back"], self._claim())
            found = cursor.fetchone()
        if found is not None:
            (is_stopped_by_hand,) = found
            self.record(JobRun.Outcome.STOPPED if is_stopped_by_hand else JobRun.Outcome.HANDED_BACK)
        return found is not None

    def begin(self) -> None:
        """Write the row of this attempt, and take over what an earlier one has left."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(SQL["lose_earlier_runs"], {**self._claim(), "error": END_UNKNOWN})
            before = JobRun.objects.filter(job_id=self.job_id).order_by("-id").values_list("state", flat=True)
            self.state = before.first() or {}
            self.id = JobRun.objects.create(
                job_id=self.job_id,
                worker_id=self.worker_id,
                backend_pid=_backend_pid(),
                attempt=self.attempt,
                task=self.task,
                queue=self.queue,
                actor_id=self.actor_id,
                request_id=str(self.asked.get("request_id") or ""),
                scheduled_for=self.scheduled_for,
                state=self.state,
            ).pk

    def record(self, outcome: str, error: str = "") -> None:
        """How the attempt ended, unless that has been said: a rescued one stays lost."""
        self.outcome = outcome
        JobRun.objects.filter(pk=self.id, outcome=JobRun.Outcome.RUNNING).update(
            outcome=outcome, error=error, finished_at=datetime.now(UTC)
        )

    def interrupt(self) -> None:
        """Ask the job to stop, from another thread, and cancel the query it is waiting for."""
        self._stopping.set()
        with self._guard:
            if self._connection is not None and not self._connection.closed:
                self._connection.cancel_safe(timeout=2)

    def _require_claim(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(SQL["claim"], self._claim())
            if cursor.rowcount != 1:
                raise ClaimLost

    def _claim(self) -> dict[str, int]:
        return {
            "job": self.job_id,
            "run": self.id,
            "worker": self.worker_id,
            "attempts": self.attempt - 1,
        }


def _backend_pid() -> int:
    connection.ensure_connection()
    psycopg_connection: Connection[Any] = connection.connection
    return psycopg_connection.info.backend_pid
