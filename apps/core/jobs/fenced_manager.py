"""procrastinate's job manager, which writes the end of a job only for the worker that holds it.

procrastinate ends and retries a job by its number alone. A worker that was frozen while its job was given to another
one would, waking up, end that other one's attempt.
"""

import asyncio
import datetime
from collections.abc import Iterable
from typing import Any

import structlog
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job as QueuedJob
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from apps.core.jobs.definition import MAX_ATTEMPTS, wait_after
from apps.core.jobs.running import attempts
from apps.core.jobs.statements import SQL

# Before the end of a job is written again, that met a lost connection; each waits for one as long as the pool does.
WAITS_SECONDS = (0, 1, 5)

logger = structlog.get_logger(__name__)


class FencedJobManager(JobManager):
    """`known` are the names of the tasks that this worker can do."""

    def __init__(self, connector: BaseConnector, *, known: frozenset[str]) -> None:
        super().__init__(connector)
        self.known = known

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> QueuedJob | None:
        """None, too, when another worker has begun a job of the same lock this moment."""
        try:
            return await super().fetch_job(queues, worker_id)
        except UniqueViolation:
            return None

    async def defer_periodic_job(self, job: QueuedJob, periodic_id: str, defer_timestamp: int) -> int | None:
        """None, too, for a time before one that was had already."""
        found = await self.connector.execute_query_one_async(
            SQL["is_past"], task=job.task_name, periodic_id=periodic_id, timestamp=defer_timestamp
        )
        return (
            None if found["is_past"] else await super().defer_periodic_job(job, periodic_id, defer_timestamp)
        )

    async def finish_job(self, job: QueuedJob, status: Status, delete_job: bool) -> None:
        """Writes failures and stops. A success is written with its effects (Run.finish) and nowhere else: a job that
        could not be handed back has ended without an error, and without effects."""
        if job.task_name not in self.known and job.attempts + 1 < MAX_ATTEMPTS:
            # Enqueued by a newer version, while this worker waits to be updated.
            wait = datetime.timedelta(seconds=wait_after(job.attempts))
            await self.retry_job(job, datetime.datetime.now(datetime.UTC) + wait)
        elif status is not Status.SUCCEEDED:
            claim = {"job_id": job.id, "worker_id": job.worker_id, "attempts": job.attempts}
            await self._write(SQL["end_claimed"], **claim, status=status.value)

    async def retry_job(
        self,
        job: QueuedJob,
        retry_at: datetime.datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        await self._write(SQL["release_key"], job=job.id)
        claim: dict[str, Any] = {"job_id": job.id, "worker_id": job.worker_id, "attempts": job.attempts}
        try:
            await self._write(SQL["retry_claimed"], **claim, retry_at=retry_at)
        except UniqueViolation:
            # A job of the same key was enqueued between the two statements.
            await self._write(SQL["release_key"], job=job.id)
            await self._write(SQL["retry_claimed"], **claim, retry_at=retry_at)

    async def _write(self, statement: str, **parameters: Any) -> None:
        """Again where the connection was lost. It can be done twice: the second time nothing is left to do."""
        for wait in WAITS_SECONDS:
            try:
                return await self.connector.execute_query_async(statement, **parameters)
            except UniqueViolation:
                raise
            except ConnectorException:
                logger.warning("job.end_not_written")
                await asyncio.sleep(wait)
        try:
            await self.connector.execute_query_async(statement, **parameters)
        except ConnectorException:
            attempts.has_lost_end = True
            raise
