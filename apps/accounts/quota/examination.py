"""Whether the ledger adds up, as the last nightly check found it: for `doctor` and /health/detailed/."""

from django.db import connection

from apps.accounts.quota.reconciliation import SQL
from apps.core.doctor import Finding, examination, fail, fine, warn
from apps.core.health import checks
from apps.core.health.direct import direct_connection

LATE_SECONDS = 50 * 3600  # two nights were missed


@examination("Downloads", "download ledger", asks_database=True)
def download_ledger() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(SQL["last_reconciliation"])
        last = cursor.fetchone()
    if last is None:
        return fine("The download ledger has not been checked yet; the first night does it.")
    count, seconds = last
    if count:
        return fail(
            f"The download ledger does not add up in {count:,} place{'' if count == 1 else 's'}.",
            "manage.py quota --reconcile names each.",
        )
    if seconds > LATE_SECONDS:
        return warn(
            f"The download ledger was last checked {seconds / 86400:.0f} days ago.",
            "Is a worker running? manage.py quota --reconcile checks it now.",
        )
    return fine("The download ledger adds up.")


@checks.register("quota_ledger")
def quota_ledger() -> checks.Finding | None:
    with direct_connection() as database:
        last = database.execute(SQL["last_reconciliation"]).fetchone()
    if last is None:
        return None
    count, seconds = last
    is_well = not count and seconds <= LATE_SECONDS
    return checks.Finding(
        checks.Status.OK if is_well else checks.Status.LATE,
        {"differences": count, "checked_hours_ago": round(seconds / 3600, 1)},
    )
