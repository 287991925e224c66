"""The jobs of core."""

from django.utils import timezone

from apps.core.jobs import Run, job
from apps.core.retention import BATCH, rules


@job(
    "core.purge",
    label="Nightly purge",
    queue="maintenance",
    cron="20 3 * * *",
    timeout=4 * 3600,
    is_atomic=False,
)
def purge(run: Run) -> None:
    """What has had its time goes, every night, batch by batch: `manage.py purge`."""
    now = timezone.now()
    for rule in rules():
        is_over = False
        while not is_over:
            with run.step():
                is_over = rule.remove(rule.before(now), BATCH) == 0
