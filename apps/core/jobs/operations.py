"""What an admin does with jobs in the queue. Each act leaves its row among the runs."""

from django.db import connection, transaction

from apps.core.jobs.keys import put_back
from apps.core.jobs.models import JobRun
from apps.core.jobs.statements import SQL
from apps.core.request_ids import current_request_id


def retry_failed_job(job_id: int, *, actor_id: int | None) -> bool:
    """Put a failed job back, with all its attempts; False when it is not a failed one."""
    return put_back(job_id, lambda: _act("retry_failed", job_id, actor_id, JobRun.Outcome.RETRIED))


def drop_failed_job(job_id: int, *, actor_id: int | None) -> bool:
    """Take a failed job out of the queue for good; False when it is not a failed one."""
    return _act("drop_failed", job_id, actor_id, JobRun.Outcome.DROPPED)


def stop_job(job_id: int, *, actor_id: int | None) -> bool:
    """Ask a running job to stop, or take a waiting one back; False when it is neither."""
    return _act("stop", job_id, actor_id, JobRun.Outcome.STOP_ASKED)


def _act(name: str, job_id: int, actor_id: int | None, outcome: JobRun.Outcome) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL[name], {"job": job_id})
        found = cursor.fetchone()
        if found is None:
            return False
        task, queue = found
        act = JobRun.objects.create(
            job_id=job_id,
            attempt=0,
            task=task,
            queue=queue,
            actor_id=actor_id,
            request_id=current_request_id(),
            outcome=outcome,
        )
        JobRun.objects.filter(pk=act.pk).update(finished_at=act.started_at)
    return True
