"""What `manage.py purge` removes of accounts: what has had its time; of the ledger and the security log nothing."""

from datetime import datetime, timedelta

from django.conf import settings

from apps.accounts.email_change.models import EmailChange
from apps.accounts.quota.models import QuotaReconciliation
from apps.accounts.sessions.operations import count_expired_sessions, remove_batch
from apps.core.retention import Rule, register


def _count(before: datetime) -> int:
    return count_expired_sessions()


def _remove(before: datetime, most: int) -> int:
    return remove_batch(most)


register(Rule("sessions", "sessions that are over", timedelta(0), _count, _remove))


def _count_changes(before: datetime) -> int:
    return EmailChange.objects.filter(asked_at__lt=before).count()


def _remove_changes(before: datetime, most: int) -> int:
    chosen = EmailChange.objects.filter(asked_at__lt=before).values("pk")[:most]
    return EmailChange.objects.filter(pk__in=chosen).delete()[0]


# Their links have died after an hour; the notice to the old address has a week to get through.
register(
    Rule(
        "new_addresses",
        "e-mail addresses that nobody confirmed",
        timedelta(days=7),
        _count_changes,
        _remove_changes,
    )
)


def _count_checks(before: datetime) -> int:
    return QuotaReconciliation.objects.filter(at__lt=before).count()


def _remove_checks(before: datetime, most: int) -> int:
    oldest = QuotaReconciliation.objects.filter(at__lt=before).order_by("pk").values("pk")[:most]
    removed, _ = QuotaReconciliation.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()
    return removed


register(
    Rule(
        "ledger checks",
        "that the ledger was added up; its entries are kept for ever",
        timedelta(days=settings.KEEP_RECORDS_DAYS),
        _count_checks,
        _remove_checks,
    )
)
