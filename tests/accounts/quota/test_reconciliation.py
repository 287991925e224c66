"""The nightly check finds whatever somebody with all rights on the database did to the ledger, and says so once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.accounts.quota import grant_credit, release_quota, reserve_quota, set_download_limit, spend_quota
from apps.accounts.quota.examination import download_ledger, quota_ledger
from apps.accounts.quota.models import QuotaReconciliation
from apps.accounts.quota.reconciliation import find_differences, reconcile_quota
from apps.accounts.security_log.models import SecurityEvent
from apps.core.doctor import Level
from apps.core.metrics import REGISTRY

pytestmark = pytest.mark.django_db


@pytest.fixture
def ledger(user: AdminUser) -> AdminUser:
    """Ten entries: grant, reserve, spend, release, grant, reserve, release, adjust, and two of one reservation."""
    spend_quota(reserve_quota(user=user, amount=60, reference="export 1"), amount=45)
    grant_credit(user=user, amount=20, reason="r", reference="credit 1")
    release_quota(reserve_quota(user=user, amount=10, reference="export 2"))
    set_download_limit(user_ids=[user.pk], limit=120, actor_id=None)
    reserve_quota(user=user, amount=80, reference="export 3")
    assert find_differences() == []
    return user


def tamper(act: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table with checks to come can be altered
        for table in ("entry", "bucket", "account", "reservation"):
            cursor.execute(f"ALTER TABLE accounts_quota_{table} DISABLE TRIGGER USER")
        cursor.execute(act)
        for table in ("entry", "bucket", "account", "reservation"):
            cursor.execute(f"ALTER TABLE accounts_quota_{table} ENABLE TRIGGER USER")


TAMPERINGS = {
    "an entry in the middle is removed": "DELETE FROM accounts_quota_entry WHERE number = 3",
    "the last entry is removed": "DELETE FROM accounts_quota_entry WHERE number = 10",
    "the last entry is removed and the balances with it": """
        WITH gone AS (DELETE FROM accounts_quota_entry WHERE number = 10 RETURNING bucket_id, user_id, change, amount),
        bucket AS (
            UPDATE accounts_quota_bucket SET balance = balance - gone.change, used = used - gone.amount
            FROM gone WHERE id = bucket_id
        )
        UPDATE accounts_quota_account a SET balance = a.balance - gone.change, entry_count = entry_count - 1
        FROM gone WHERE a.user_id = gone.user_id""",
    "a change is another one": "UPDATE accounts_quota_entry SET change = -50, amount = 50 WHERE number = 2",
    "an amount without effect is another one": "UPDATE accounts_quota_entry SET amount = 5 WHERE number = 3",
    "a running balance is another one": "UPDATE accounts_quota_entry SET balance = 1 WHERE number = 4",
    "a running total is another one": "UPDATE accounts_quota_entry SET total = 1 WHERE number = 4",
    "a number is another one": "UPDATE accounts_quota_entry SET number = 77 WHERE number = 10",
    "a month is an earlier one": "UPDATE accounts_quota_entry SET month = '2001-01-01' WHERE number = 9",
    "a balance is more": "UPDATE accounts_quota_bucket SET balance = balance + 500 WHERE kind = 'month'",
    "used is less": "UPDATE accounts_quota_bucket SET used = spent WHERE kind = 'month'",
    "spent is less": "UPDATE accounts_quota_bucket SET spent = 0 WHERE kind = 'month'",
    "the allowance is more": "UPDATE accounts_quota_bucket SET allowance = 5000 WHERE kind = 'month'",
    "a correction is made up": "UPDATE accounts_quota_bucket SET correction = 70 WHERE kind = 'credit'",
    "a person's balance is more": "UPDATE accounts_quota_account SET balance = balance + 1",
    "a person's number of entries is less": "UPDATE accounts_quota_account SET entry_count = 3",
    "a reservation is smaller": "UPDATE accounts_quota_reservation SET amount = 79 WHERE reference = 'export 3'",
    "a reservation is said to be released": """
        UPDATE accounts_quota_reservation SET state = 'released', finished_at = now() WHERE reference = 'export 3'""",
    "a reservation is said to be spent": """
        UPDATE accounts_quota_reservation SET state = 'spent', spent = 80, finished_at = now()
        WHERE reference = 'export 3'""",
    "a spent reservation is open again": """
        UPDATE accounts_quota_reservation SET state = 'open', spent = 0, finished_at = NULL
        WHERE reference = 'export 1'""",
    "a credit appears": """
        INSERT INTO accounts_quota_bucket (user_id, kind, zone, allowance, balance, reason, reference)
        SELECT user_id, 'credit', '', 500, 500, '', 'made up' FROM accounts_quota_account""",
    "an entry appears": """
        INSERT INTO accounts_quota_entry
            (user_id, bucket_id, number, kind, amount, change, balance, total, month, reference)
        SELECT user_id, id, 11, 'adjust', 5, 5, balance + 5, 45, month, 'x' FROM accounts_quota_bucket
        WHERE kind = 'month'""",
}


@pytest.mark.as_owner
@pytest.mark.parametrize("act", TAMPERINGS.values(), ids=TAMPERINGS.keys())
def test_what_was_tampered_with_is_found(ledger: AdminUser, act: str) -> None:
    tamper(act)
    findings = find_differences()
    assert findings
    assert {finding.user_id for finding in findings} == {ledger.pk}
    assert all(str(finding) for finding in findings)


@pytest.mark.as_owner
def test_the_alarm_is_raised_once_for_each_finding(ledger: AdminUser) -> None:
    def counted() -> float:
        return REGISTRY.get_sample_value("a360_quota_alarms_total", {"what": "balance of a person"}) or 0

    before = counted()
    assert reconcile_quota() == []
    assert download_ledger().level == Level.OK
    tamper("UPDATE accounts_quota_account SET balance = balance + 1")
    (finding,) = reconcile_quota()
    assert reconcile_quota() == [finding]
    (event,) = SecurityEvent.objects.filter(kind="quota_alarm")
    assert (event.subject_id, event.details) == (
        ledger.pk,
        {"what": "balance of a person", "place": "", "expected": finding.expected, "found": finding.found},
    )
    assert counted() == before + 1
    # Another difference is another alarm.
    tamper("UPDATE accounts_quota_account SET balance = balance + 1")
    reconcile_quota()
    assert SecurityEvent.objects.filter(kind="quota_alarm").count() == 2
    assert download_ledger().level == Level.FAIL
    assert list(QuotaReconciliation.objects.order_by("pk").values_list("finding_count", flat=True)) == [
        0,
        1,
        1,
        1,
    ]


def test_a_check_that_did_not_happen_for_days_is_noticed() -> None:
    assert download_ledger().level == Level.OK
    QuotaReconciliation.objects.create(entry_count=0, finding_count=0, at=timezone.now() - timedelta(days=3))
    finding = download_ledger()
    assert finding.level == Level.WARN
    assert "3 days ago" in finding.sentence


@pytest.mark.django_db(transaction=True)
def test_the_detailed_health_page_tells(admin: AdminUser) -> None:
    client = Client()
    client.force_login(admin)
    assert quota_ledger() is None
    reconcile_quota()
    assert client.get("/health/detailed/").json()["components"]["quota_ledger"]["status"] == "ok"
    reserve_quota(user=admin, amount=1, reference="export 1")
    tamper("UPDATE accounts_quota_bucket SET balance = 7")
    reconcile_quota()
    found = client.get("/health/detailed/").json()["components"]["quota_ledger"]
    assert (found["status"], found["differences"]) == ("late", 2)


def test_the_check_reads_each_table_a_fixed_number_of_times(
    ledger: AdminUser, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        find_differences()


def test_a_ledger_of_years_adds_up(user: AdminUser) -> None:
    for month in range(1, 13):
        now = datetime(2025, month, 15, tzinfo=UTC)
        spend_quota(reserve_quota(user=user, amount=month, reference=f"export {month}", now=now), now=now)
    assert find_differences() == []
