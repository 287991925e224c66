"""What the clock does to the ledger."""

from django.utils import timezone

from apps.accounts.quota.operations import close_what_is_over, people_with_something_over
from apps.accounts.quota.reconciliation import reconcile_quota
from apps.accounts.quota.reservations import release_stale_reservation, stale_reservations
from apps.core.jobs import Run, job


@job(
    "accounts.release_stale_reservations",
    label="Give back forgotten downloads",
    queue="maintenance",
    cron="*/5 * * * *",
    timeout=240,
    is_atomic=False,
)
def release_stale_reservations(run: Run) -> None:
    """Every five minutes: what a dead export held is back a quarter of an hour later (D-23)."""
    while stale := stale_reservations():
        for reservation in stale:
            with run.step():
                release_stale_reservation(reservation)


@job(
    "accounts.reconcile_quota",
    label="Nightly check of the download ledger",
    queue="maintenance",
    cron="50 3 * * *",
    timeout=3600,
    is_atomic=False,
)
def reconcile_ledger(run: Run) -> None:
    """What is over goes, then everything is added up."""
    now, last = timezone.now(), 0
    while people := people_with_something_over(now, after=last):
        for user_id in people:
            with run.step():
                close_what_is_over(user_id)
        last = people[-1]
    with run.step():
        reconcile_quota()
