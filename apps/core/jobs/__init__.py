"""Work that is done later, by `manage.py worker`: the queue is a part of the one PostgreSQL.

    @job("contacts.recount", timeout=600, lock="contacts.counts")
    def recount(run: Run, *, field: str) -> None: ...

    recount.enqueue({"field": "title"}, actor_id=access.user_id, key="recount title")

What holds for every job:
- It is enqueued inside the caller's transaction: a rollback takes it back.
- Its effects and its end are committed together, and only while the job is still this worker's. A worker that was
  killed leaves nothing behind, one that was frozen and wakes up late is refused (ClaimLost).
- After an error it is tried again, later each time, at most MAX_ATTEMPTS times; then it waits for an admin.
- Every run leaves a row (JobRun): who asked, when, how long, how it ended.

The queue itself is procrastinate; docs/decisions/0008-queue.md says what we add and why.
"""

from apps.core.jobs.definition import MAX_ATTEMPTS, Job, Rejected, job, scheduled
from apps.core.jobs.run import ClaimLost, Run, StopRequested

__all__ = ["MAX_ATTEMPTS", "ClaimLost", "Job", "Rejected", "Run", "StopRequested", "job", "scheduled"]
