"""Declaring a job, and putting one into the queue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, JobAborted
from procrastinate.jobs import Job as QueuedJob
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.types import JSONDict

from apps.core.jobs.run import Run
from apps.core.request_ids import correlation

MAX_ATTEMPTS = 8
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 3600


class Rejected(Exception):
    """Raised by a job that another attempt cannot help: it fails at once, and waits for an admin."""


class _Backoff(BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: QueuedJob) -> RetryDecision | None:
        if isinstance(exception, Rejected | JobAborted) or job.attempts + 1 >= MAX_ATTEMPTS:
            return None
        return RetryDecision(retry_in={"seconds": wait_after(job.attempts)})


def wait_after(attempts_before: int) -> int:
    """Seconds until the next attempt: 5, 10, 20, … an hour at most; together about ten minutes for eight attempts."""
    wait: int = FIRST_WAIT_SECONDS * 2**attempts_before
    return min(wait, LONGEST_WAIT_SECONDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A kind of work, by the name under which it stands in the queue."""

    name: str
    label: str  # for people
    function: Callable[..., None]
    queue: str
    priority: int
    timeout: float  # seconds, for one attempt
    lock: str | None
    is_atomic: bool
    cron: str

    def enqueue(
        self,
        arguments: JSONDict | None = None,
        *,
        actor_id: int | None = None,
        key: str | None = None,
        lock: str | None = None,
        priority: int | None = None,
        delay: timedelta | None = None,
    ) -> int | None:
        """Put one into the queue with the caller's transaction; its number there.

        `key`: while one of the same key waits, no second one is added (None is returned). `lock`: jobs of one lock run
        one at a time, in order; the kind's own lock unless given. A higher `priority` goes first.
        """
        asked: JSONDict = {"by": actor_id, **correlation()}
        configured = app.configure_task(
            self.name,
            queue=self.queue,
            priority=self.priority if priority is None else priority,
            lock=lock or self.lock,
            queueing_lock=key,
            schedule_in={"seconds": delay.total_seconds()} if delay else None,
        )
        try:
            with (
                transaction.atomic()
            ):  # a savepoint: a refused second one must not break the caller's transaction
                return configured.defer(arguments=arguments or {}, asked=asked)
        except AlreadyEnqueued:
            return None


_jobs: dict[str, Job] = {}


def job(
    name: str,
    *,
    label: str = "",
    queue: str = "default",
    priority: int = 0,
    timeout: float = 300,
    lock: str | None = None,
    is_atomic: bool = True,
    cron: str = "",
) -> Callable[[Callable[..., None]], Job]:
    """Declare the decorated function as a job; to stand in an app's tasks.py, where workers find it.

    The function gets its Run and the enqueued arguments as keywords. An atomic one is a single transaction, whose
    effects happen once. Another one does its work in `with run.step():`, each a transaction, and must go on from
    `run.state` when it is tried again. `label` is for people. `cron`: minute hour day month weekday, UTC; such a
    job takes no arguments.
    """

    def declare(function: Callable[..., None]) -> Job:
        declared = Job(
            name=name,
            label=label or name,
            function=function,
            queue=queue,
            priority=priority,
            timeout=timeout,
            lock=lock,
            is_atomic=is_atomic,
            cron=cron,
        )
        _jobs[name] = declared

        async def run_job(
            context: JobContext,
            arguments: dict[str, Any] | None = None,
            asked: dict[str, Any] | None = None,
            timestamp: int | None = None,
        ) -> None:
            from apps.core.jobs.running import run_in_thread

            run = Run.of(context.job, asked=asked, timestamp=timestamp)
            await run_in_thread(declared, run, arguments or {}, context)

        task = app.task(
            name=name,
            queue=queue,
            priority=priority,
            lock=lock,
            # When one takes longer than the time between two, they do not pile up.
            queueing_lock=name if cron else None,
            pass_context=True,
            retry=_Backoff(),
        )(run_job)
        if cron:
            app.periodic(cron=cron, periodic_id=name)(task)  # type: ignore[arg-type]  # our task takes more than the time
        return declared

    return declare


def label_of(name: str) -> str:
    return _jobs[name].label if name in _jobs else name


def scheduled() -> list[Job]:
    """The jobs that a clock enqueues, by name."""
    return [_jobs[name] for name in sorted(_jobs) if _jobs[name].cron]
