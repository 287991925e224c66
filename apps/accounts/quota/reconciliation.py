"""Adding up the whole ledger once more, and the alarm when it does not agree with itself."""

from dataclasses import dataclass
from pathlib import Path

import structlog
from django.db import connection, transaction

from apps.accounts.quota.models import QuotaReconciliation
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.security_log.models import SecurityEvent
from apps.core.metrics import QUOTA_ALARMS
from apps.core.sql import load_sql

logger = structlog.get_logger(__name__)
SQL = load_sql(Path(__file__).parent / "sql" / "reconciliation.sql")
MOST_FINDINGS = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure that is not what it must be. `place` names an entry, an allowance, a credit or a download."""

    what: str
    user_id: int
    place: str
    expected: int
    found: int

    def __str__(self) -> str:
        where = f" at {self.place}" if self.place else ""
        return f"person {self.user_id}, {self.what}{where}: {self.expected:,} expected, {self.found:,} found"

    def as_details(self) -> dict[str, str | int]:
        return {"what": self.what, "place": self.place, "expected": self.expected, "found": self.found}


def find_differences(limit: int = MOST_FINDINGS) -> list[Finding]:
    """What does not agree, person by person; at one moment of the database, so that nothing half done is seen."""
    with connection.cursor() as cursor:
        cursor.execute(SQL["findings"], {"limit": limit})
        return [
            Finding(what, user_id, place, int(expected), int(found))
            for what, user_id, place, expected, found in cursor.fetchall()
        ]


def reconcile_quota() -> list[Finding]:
    """Look for differences, note that it was done, and raise an alarm for each one that was not raised before."""
    with transaction.atomic():
        findings = find_differences()
        with connection.cursor() as cursor:
            cursor.execute(SQL["entry_count"])
            (entry_count,) = cursor.fetchone()
        QuotaReconciliation.objects.create(entry_count=entry_count, finding_count=len(findings))
        known = _alarmed({finding.user_id for finding in findings})
        new = [finding for finding in findings if (finding.user_id, finding.as_details()) not in known]
        for finding in new:
            record_event(
                Kind.QUOTA_ALARM, actor_id=None, subject_id=finding.user_id, details=finding.as_details()
            )
    for finding in new:
        QUOTA_ALARMS.labels(finding.what).inc()
        logger.error("quota.alarm", **{"person.id": finding.user_id, **finding.as_details()})
    return findings


def _alarmed(user_ids: set[int]) -> list[tuple[int | None, dict[str, str | int]]]:
    events = SecurityEvent.objects.filter(kind=Kind.QUOTA_ALARM, subject_id__in=user_ids)
    return list(events.values_list("subject_id", "details"))
