"""What a worker does to the ledger by the clock: forgotten downloads come back, what is over goes, all is added up."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.accounts.quota import keep_reservation, reserve_quota, usage_of
from apps.accounts.quota.models import QuotaEntry, QuotaReconciliation, QuotaReservation
from apps.accounts.quota.reservations import WORKING_HOLD
from apps.accounts.quota.upkeep import reconcile_ledger, release_stale_reservations
from apps.core.jobs import scheduled
from apps.core.jobs.models import JobRun
from tests.workers import wait_for, worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
def test_a_worker_gives_back_what_was_forgotten_and_reconciles(user: AdminUser, manager: AdminUser) -> None:
    now = timezone.now()
    reserve_quota(user=user, amount=30, reference="dead export", hold=timedelta(seconds=0))
    alive = reserve_quota(user=user, amount=20, reference="live export", hold=timedelta(seconds=0))
    keep_reservation(alive)
    long_ago = datetime(2026, 1, 5, tzinfo=UTC)
    reserve_quota(user=manager, amount=10, reference="export", now=long_ago, hold=timedelta(days=9999))
    release_stale_reservations.enqueue()
    reconcile_ledger.enqueue()
    with worker("--queues=maintenance", "--until-empty") as process:
        wait_for(lambda: process.poll() is not None, seconds=60)
    states = dict(QuotaReservation.objects.values_list("reference", "state"))
    assert states == {"dead export": "released", "live export": "open", "export": "open"}
    assert usage_of([user.pk])[user.pk].used == 20
    assert QuotaEntry.objects.get(account_id=manager.pk, kind="expire").change == -90
    # Once or twice: a new worker also makes up for what the clock missed.
    assert set(QuotaReconciliation.objects.values_list("finding_count", flat=True)) == {0}
    runs = JobRun.objects.filter(task__startswith="accounts.", started_at__gte=now)
    done = {("accounts.release_stale_reservations", "succeeded"), ("accounts.reconcile_quota", "succeeded")}
    assert done <= set(runs.values_list("task", "outcome"))
    connection.close()


def test_a_dead_export_has_its_contacts_back_within_a_quarter_of_an_hour() -> None:
    """D-23: the hold of one that is being made, and the longest wait for the job."""
    (job,) = [each for each in scheduled() if each.name == release_stale_reservations.name]
    assert job.cron == "*/5 * * * *"
    assert WORKING_HOLD + timedelta(minutes=5) <= timedelta(minutes=15)
