"""A busy installation for the operators' pages: jobs in every state, and an error."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.core.errors.record import record_error
from apps.core.jobs.models import JobRun
from tests.core.jobs import jobs_for_tests as jobs
from tests.workers import rows

LONG_REASON = "OSError: No space left on device: '/srv/exports/everything-of-everybody-in-one-file.csv.part'"


def make_busy(person: AdminUser) -> dict[str, int]:
    """The numbers of a failed, a running and a waiting job."""
    numbers = {
        "failed": _job(person, status="failed", outcome="failed", error=LONG_REASON),
        "running": _job(person, status="doing", outcome="running"),
        "waiting": _enqueued(person),
    }
    try:
        raise RuntimeError
    except RuntimeError as error:
        record_error(error, where="/contacts/trash/restore/<bigid:operation_id>/")
    return numbers


def _enqueued(person: AdminUser) -> int:
    number = jobs.write_it.enqueue({"text": "a"}, actor_id=person.pk)
    assert number is not None
    return number


def _job(person: AdminUser, *, status: str, **values: Any) -> int:
    number = _enqueued(person)
    rows(
        "UPDATE procrastinate_jobs SET status = %s, attempts = 1 WHERE id = %s RETURNING id", [status, number]
    )
    run = JobRun.objects.create(
        job_id=number, attempt=1, task="tests.write", queue="default", actor_id=person.pk, **values
    )
    if status == "failed":
        began = timezone.now() - timedelta(seconds=75)
        JobRun.objects.filter(pk=run.pk).update(started_at=began, finished_at=timezone.now())
    return number
