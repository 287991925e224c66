"""What the ledger lets through, refuses and writes down."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, IntegrityError

from apps.accounts.models import AdminUser
from apps.accounts.quota import (
    QuotaExceeded,
    ReferenceTaken,
    ReservationFinished,
    adjust_quota,
    balance_of,
    grant_credit,
    keep_reservation,
    release_quota,
    reserve_quota,
    set_download_limit,
    spend_quota,
    usage_of,
)
from apps.accounts.quota.models import QuotaAccount, QuotaBucket, QuotaEntry, QuotaReservation
from apps.accounts.quota.reservations import release_stale_reservation, stale_reservations
from apps.accounts.security_log.models import SecurityEvent

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 10, 12, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 10, 12, tzinfo=UTC)


def kinds(person: AdminUser) -> list[tuple[str, int, int, int]]:
    """Kind, amount, change and total of every entry, in order."""
    rows = QuotaEntry.objects.filter(account_id=person.pk).order_by("number")
    return list(rows.values_list("kind", "amount", "change", "total"))


def test_what_is_reserved_is_gone_and_what_was_not_delivered_comes_back(user: AdminUser) -> None:
    reservation = reserve_quota(user=user, amount=60, reference="export 1")
    assert balance_of(user) == 40
    done = spend_quota(reservation, amount=45)
    assert (done.state, done.spent, balance_of(user)) == ("spent", 45, 55)
    assert kinds(user) == [
        ("grant", 100, 100, 100),
        ("reserve", 60, -60, 40),
        ("spend", 45, 0, 40),
        ("release", 15, 15, 55),
    ]


def test_a_release_gives_all_of_it_back(user: AdminUser) -> None:
    release_quota(reserve_quota(user=user, amount=60, reference="export 1"))
    assert balance_of(user) == 100
    assert usage_of([user.pk])[user.pk].used == 0


def test_more_than_is_left_is_refused_with_both_figures_and_writes_nothing(user: AdminUser) -> None:
    reserve_quota(user=user, amount=70, reference="export 1")
    before = QuotaEntry.objects.count()
    with pytest.raises(QuotaExceeded) as refused:
        reserve_quota(user=user, amount=31, reference="export 2")
    assert (refused.value.asked, refused.value.available) == (31, 30)
    assert "You asked for 31 contacts, and only 30 are left" in str(refused.value)
    assert QuotaEntry.objects.count() == before


@pytest.mark.parametrize("amount", [0, -5])
def test_less_than_one_contact_is_no_reservation(user: AdminUser, amount: int) -> None:
    with pytest.raises(ValueError, match="one contact"):
        reserve_quota(user=user, amount=amount, reference="export 1")


def test_a_reference_is_held_once(user: AdminUser) -> None:
    first = reserve_quota(user=user, amount=60, reference="export 1")
    assert reserve_quota(user=user, amount=60, reference="export 1").id == first.id
    assert balance_of(user) == 40
    with pytest.raises(ReferenceTaken):
        reserve_quota(user=user, amount=61, reference="export 1")


def test_a_download_that_was_given_back_can_be_tried_again_under_its_name(user: AdminUser) -> None:
    first = reserve_quota(user=user, amount=60, reference="export 1")
    release_quota(first)
    second = reserve_quota(user=user, amount=60, reference="export 1")
    assert second.id != first.id
    spend_quota(second)
    assert balance_of(user) == 40


def test_a_reservation_is_finished_once(user: AdminUser) -> None:
    spent = reserve_quota(user=user, amount=10, reference="export 1")
    spend_quota(spent)
    released = reserve_quota(user=user, amount=10, reference="export 2")
    release_quota(released)
    for reservation in (spent, released):
        for finish in (spend_quota, release_quota, keep_reservation):
            with pytest.raises(ReservationFinished):
                finish(reservation)
    assert balance_of(user) == 90


def test_more_than_was_reserved_cannot_be_spent(user: AdminUser) -> None:
    reservation = reserve_quota(user=user, amount=10, reference="export 1")
    with pytest.raises(ValueError, match="not within"):
        spend_quota(reservation, amount=11)
    assert spend_quota(reservation, amount=0).state == "released"


def test_the_months_allowance_goes_first_then_the_credit_that_expires_soonest(user: AdminUser) -> None:
    for name, expires_at in (("good", None), ("late", DECEMBER), ("soon", NOVEMBER + timedelta(days=3))):
        grant_credit(user=user, amount=20, reason=name, reference=name, expires_at=expires_at, now=NOVEMBER)
    reservation = reserve_quota(user=user, amount=130, reference="export 1", now=NOVEMBER)
    held = QuotaEntry.objects.filter(kind="reserve").order_by("number")
    assert list(held.values_list("bucket__reference", "amount")) == [
        ("month 2026-11", 100),
        ("soon", 20),
        ("late", 10),
    ]
    # What comes back comes back to where it was taken last.
    spend_quota(reservation, amount=110, now=NOVEMBER)
    assert dict(QuotaBucket.objects.values_list("reference", "balance")) == {
        "month 2026-11": 0,
        "soon": 10,
        "late": 20,
        "good": 20,
    }


def test_a_credit_expires_by_an_entry(user: AdminUser) -> None:
    grant_credit(user=user, amount=20, reason="r", reference="c", expires_at=DECEMBER, now=NOVEMBER)
    assert balance_of(user, now=NOVEMBER) == 120
    assert balance_of(user, now=DECEMBER) == 100
    with pytest.raises(QuotaExceeded):
        reserve_quota(user=user, amount=101, reference="export 1", now=DECEMBER)
    reserve_quota(user=user, amount=100, reference="export 1", now=DECEMBER)
    assert kinds(user) == [
        ("grant", 100, 100, 100),
        ("grant", 20, 20, 120),
        ("expire", 100, -100, 20),
        ("grant", 100, 100, 120),
        ("expire", 20, -20, 100),
        ("reserve", 100, -100, 0),
    ]


def test_a_credit_of_the_same_reference_is_the_same_one(user: AdminUser, admin: AdminUser) -> None:
    for _ in range(2):
        grant_credit(user=user, amount=20, reason="Sorry", reference="form 1", actor_id=admin.pk)
    assert balance_of(user) == 120
    (event,) = SecurityEvent.objects.filter(kind="quota_granted")
    assert (event.actor_id, event.subject_id, event.details["amount"]) == (admin.pk, user.pk, 20)
    with pytest.raises(ReferenceTaken):
        grant_credit(user=user, amount=21, reason="Sorry", reference="form 1")


def test_a_reservation_of_last_month_stays_last_months(user: AdminUser) -> None:
    reservation = reserve_quota(user=user, amount=60, reference="export 1", now=NOVEMBER)
    assert balance_of(user, now=DECEMBER) == 100
    other = reserve_quota(user=user, amount=100, reference="export 2", now=DECEMBER)
    spend_quota(reservation, amount=50, now=DECEMBER)
    assert usage_of([user.pk], now=DECEMBER)[user.pk].used == 100
    release_quota(other, now=DECEMBER)
    assert balance_of(user, now=DECEMBER) == 100
    november = QuotaBucket.objects.get(reference="month 2026-11")
    assert (november.used, november.spent, november.balance) == (50, 50, 0)


def test_unlimited_people_have_a_statement_too(admin: AdminUser) -> None:
    set_download_limit(user_ids=[admin.pk], limit=-1, actor_id=None)
    spend_quota(reserve_quota(user=admin, amount=5000, reference="export 1"), amount=4000)
    usage = usage_of([admin.pk])[admin.pk]
    assert (usage.used, usage.limit, usage.remaining) == (4000, -1, None)
    assert kinds(admin)[-3:] == [("reserve", 5000, 0, 0), ("spend", 4000, 0, 0), ("release", 1000, 0, 0)]
    # With a limit again, what was used counts.
    set_download_limit(user_ids=[admin.pk], limit=4100, actor_id=None)
    assert balance_of(admin) == 100


def test_a_limit_below_what_is_used_leaves_nothing_and_takes_nothing_back(user: AdminUser) -> None:
    held = reserve_quota(user=user, amount=80, reference="export 1")
    assert set_download_limit(user_ids=[user.pk], limit=50, actor_id=7) == 1
    assert balance_of(user) == 0
    spend_quota(held, amount=60)  # 20 come back, to a month that is 10 over its limit
    assert balance_of(user) == 0
    set_download_limit(user_ids=[user.pk], limit=75, actor_id=7)
    assert balance_of(user) == 15
    assert set_download_limit(user_ids=[user.pk], limit=75, actor_id=7) == 0
    events = SecurityEvent.objects.filter(kind="limit_changed").order_by("pk")
    assert [event.details["download_limit"] for event in events] == [
        {"before": 100, "after": 50},
        {"before": 50, "after": 75},
    ]


def test_a_limit_that_was_changed_past_the_ledger_takes_effect(user: AdminUser) -> None:
    reserve_quota(user=user, amount=100, reference="export 1")
    AdminUser.objects.filter(pk=user.pk).update(download_limit=130)
    assert balance_of(user) == 30
    reserve_quota(user=user, amount=30, reference="export 2")
    with pytest.raises(QuotaExceeded):
        reserve_quota(user=user, amount=1, reference="export 3")


def test_a_correction_is_exact_and_done_once(user: AdminUser) -> None:
    reserve_quota(user=user, amount=80, reference="export 1")
    set_download_limit(user_ids=[user.pk], limit=50, actor_id=None)
    for _ in range(2):
        adjust_quota(user=user, change=15, reason="Broken file", reference="form 1", actor_id=3)
    assert balance_of(user) == 15
    adjust_quota(user=user, change=-5, reason="Counted twice", reference="form 2", actor_id=3)
    assert balance_of(user) == 10
    with pytest.raises(QuotaExceeded):
        adjust_quota(user=user, change=-11, reason="Too much", reference="form 3")


def test_a_credit_can_be_taken_back(user: AdminUser) -> None:
    credit = grant_credit(user=user, amount=20, reason="r", reference="c")
    adjust_quota(user=user, change=-20, reason="By mistake", reference="form 1", bucket_id=credit.pk)
    assert balance_of(user) == 100


def test_what_nobody_finished_in_time_is_given_back(user: AdminUser) -> None:
    kept = reserve_quota(user=user, amount=10, reference="export 1", hold=timedelta(minutes=10), now=NOVEMBER)
    left = reserve_quota(user=user, amount=20, reference="export 2", hold=timedelta(minutes=10), now=NOVEMBER)
    later = NOVEMBER + timedelta(minutes=11)
    keep_reservation(kept, hold=timedelta(minutes=10), now=NOVEMBER + timedelta(minutes=9))
    assert [each.id for each in stale_reservations(later)] == [left.id]
    assert not release_stale_reservation(kept, now=later)
    assert release_stale_reservation(left, now=later)
    assert balance_of(user, now=later) == 90
    assert QuotaEntry.objects.get(kind="release").reason == "Nobody finished it in time"
    with pytest.raises(ReservationFinished):
        spend_quota(left, now=later)


@pytest.mark.as_owner
@pytest.mark.parametrize(
    "act",
    [
        "UPDATE accounts_quota_entry SET change = 0, amount = 0",
        "DELETE FROM accounts_quota_entry",
        "UPDATE accounts_quota_bucket SET balance = balance + 1",
        "UPDATE accounts_quota_bucket SET used = 0",
        "UPDATE accounts_quota_account SET balance = 5",
        "UPDATE accounts_quota_account SET entry_count = 5",
        """INSERT INTO accounts_quota_bucket (user_id, kind, zone, allowance, balance, reason, reference)
        SELECT user_id, 'credit', '', 5, 5, '', 'x' FROM accounts_quota_account""",
    ],
)
def test_the_database_refuses_what_is_not_an_entry(user: AdminUser, act: str) -> None:
    reserve_quota(user=user, amount=10, reference="export 1")
    with pytest.raises(DatabaseError, match=r"only be added to|come from its entries"), transaction.atomic():
        connection.cursor().execute(act)


def test_the_database_refuses_a_balance_below_zero_whoever_asks(user: AdminUser) -> None:
    reservation = reserve_quota(user=user, amount=10, reference="export 1")
    month = QuotaBucket.objects.get()
    with pytest.raises(IntegrityError, match="balance_not_negative"), transaction.atomic():
        QuotaEntry.objects.create(
            account_id=user.pk,
            bucket=month,
            reservation=QuotaReservation.objects.create(
                account_id=user.pk, reference="x", amount=91, expires_at=reservation.expires_at, spent=0
            ),
            kind="reserve",
            amount=91,
            change=-91,
            month=date(2026, 11, 1),
            reference="x",
        )


def test_an_entry_typed_into_psql_moves_the_balances(user: AdminUser) -> None:
    reserve_quota(user=user, amount=10, reference="export 1")
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO accounts_quota_entry
                (user_id, bucket_id, kind, amount, change, month, reference, balance, total)
            SELECT user_id, id, 'adjust', 5, 5, month, 'by hand', 900, 900 FROM accounts_quota_bucket"""
        )
    entry = QuotaEntry.objects.latest("number")
    assert (entry.number, entry.balance, entry.total) == (3, 95, 95)
    assert QuotaAccount.objects.get(pk=user.pk).balance == 95


def test_nobodys_ledger_cannot_be_opened(db: None) -> None:
    with pytest.raises(AdminUser.DoesNotExist):
        reserve_quota(user=999_999, amount=1, reference="export 1")


def test_the_number_of_queries_is_fixed(user: AdminUser, django_assert_num_queries) -> None:
    for number in range(5):
        grant_credit(user=user, amount=10, reason="r", reference=f"c {number}")
    first = reserve_quota(user=user, amount=1, reference="export 0")
    # Savepoint and its end, lock, person, buckets, reservation sought and made, entry.
    with django_assert_num_queries(8):
        second = reserve_quota(user=user, amount=1, reference="export 1")
    with django_assert_num_queries(9):
        spend_quota(first)
    with django_assert_num_queries(9):
        release_quota(second)
    everybody = list(AdminUser.objects.values_list("pk", flat=True))
    with django_assert_num_queries(2):
        usage_of(everybody)
