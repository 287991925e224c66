"""Where one month ends and the next begins: by the person's clock, and each contact in one of them (D-22)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.models import AdminUser
from apps.accounts.quota import QuotaExceeded, balance_of, reserve_quota, spend_quota, usage_of
from apps.accounts.quota.models import QuotaBucket, QuotaEntry
from apps.accounts.quota.months import current_month, end_of, month_of, newest_month, oldest_month
from apps.accounts.quota.operations import close_what_is_over, people_with_something_over
from apps.accounts.quota.reconciliation import find_differences

# A zone without summer time; ends of months on both sides of New York's changes of the clock (8 March and 1 November);
# Apia is 13 hours ahead of UTC, and had no 30 December 2011 at all.
CHANGES = [
    ("Asia/Kolkata", date(2026, 2, 28)),
    ("America/New_York", date(2026, 3, 31)),
    ("America/New_York", date(2026, 10, 31)),
    ("America/New_York", date(2026, 11, 30)),
    ("Pacific/Apia", date(2026, 2, 28)),
    ("Pacific/Apia", date(2011, 12, 31)),
    ("Europe/London", date(2024, 3, 31)),  # the day on which its clocks change
]


def _day(year: int) -> datetime:
    """Its first moment, without a zone: that is how Hypothesis wants its bounds."""
    return datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.django_db
@pytest.mark.parametrize(("zone", "last_day"), CHANGES)
def test_each_contact_counts_in_one_month(user: AdminUser, zone: str, last_day: date) -> None:
    AdminUser.objects.filter(pk=user.pk).update(time_zone=zone)
    last_moment = datetime.combine(last_day, time(23, 59, 59, 999_000), ZoneInfo(zone))
    before = last_moment.astimezone(UTC)
    after = before + timedelta(milliseconds=1)
    reserve_quota(user=user, amount=70, reference="export 1", now=before)
    with pytest.raises(QuotaExceeded):
        reserve_quota(user=user, amount=31, reference="export 2", now=before)
    assert balance_of(user, now=before) == 30
    assert balance_of(user, now=after) == 100
    reserve_quota(user=user, amount=100, reference="export 2", now=after)
    used = QuotaEntry.objects.filter(kind="reserve").values("bucket__month").annotate(n=Sum("amount"))
    months = {row["bucket__month"]: row["n"] for row in used}
    assert months == {
        last_day.replace(day=1): 70,
        last_day + timedelta(days=1): 100,
    }
    assert find_differences() == []


@pytest.mark.django_db
def test_who_began_before_midnight_and_came_second_counts_once(user: AdminUser) -> None:
    """The later request has opened December; the earlier one, which waited for it, is December's too."""
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    reserve_quota(user=user, amount=60, reference="export 2", now=midnight)
    reserve_quota(user=user, amount=40, reference="export 1", now=midnight - timedelta(milliseconds=1))
    assert list(QuotaBucket.objects.values_list("month", "used")) == [(date(2026, 12, 1), 100)]


@pytest.mark.django_db
def test_travelling_does_not_open_a_month_twice(user: AdminUser) -> None:
    """31 October in UTC: Apia has November already, Honolulu does not yet."""
    now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    for turn, (zone, left) in enumerate(
        [("UTC", 100), ("Pacific/Apia", 100), ("Pacific/Honolulu", 0), ("UTC", 0), ("Pacific/Apia", 0)]
    ):
        AdminUser.objects.filter(pk=user.pk).update(time_zone=zone)
        assert balance_of(user, now=now) == left
        if left:
            reserve_quota(user=user, amount=left, reference=f"export {turn}", now=now)
        else:
            with pytest.raises(QuotaExceeded):
                reserve_quota(user=user, amount=1, reference=f"export {turn}", now=now)
    assert QuotaBucket.objects.count() == 2


@pytest.mark.django_db
def test_a_clock_that_was_wrong_once_does_not_keep_somebody_in_the_future(user: AdminUser) -> None:
    reserve_quota(user=user, amount=10, reference="export 1", now=datetime(2031, 5, 1, 12, tzinfo=UTC))
    now = datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert balance_of(user, now=now) == 100
    reserve_quota(user=user, amount=100, reference="export 2", now=now)
    assert balance_of(user, now=now) == 0


@pytest.mark.django_db
def test_the_night_closes_what_is_over_for_everybody(user: AdminUser, manager: AdminUser) -> None:
    AdminUser.objects.filter(pk=user.pk).update(time_zone="Pacific/Honolulu")
    for person in (user, manager):
        spend_quota(
            reserve_quota(
                user=person, amount=30, reference="export 1", now=datetime(2026, 10, 9, tzinfo=UTC)
            ),
            now=datetime(2026, 10, 9, tzinfo=UTC),
        )
    # It is October in Honolulu and farther west until noon.
    assert people_with_something_over(datetime(2026, 11, 1, 11, 59, tzinfo=UTC)) == []
    now = datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert people_with_something_over(now) == sorted([user.pk, manager.pk])
    for person in (user, manager):
        close_what_is_over(person.pk, now=now)
    assert people_with_something_over(now) == []
    expired = QuotaEntry.objects.filter(kind="expire")
    assert set(expired.values_list("change", "month")) == {(-70, date(2026, 10, 1))}
    assert usage_of([user.pk], now=now)[user.pk].used == 0


@given(
    now=st.datetimes(_day(2000), _day(2100), timezones=st.just(UTC)),
    zone=st.timezone_keys(),
)
def test_no_place_on_earth_is_outside_the_months_we_reckon_with(now: datetime, zone: str) -> None:
    assert oldest_month(now) <= month_of(now, zone) <= newest_month(now)


@given(
    moments=st.lists(st.datetimes(_day(2026), _day(2027), timezones=st.just(UTC)), max_size=20),
    zones=st.lists(st.timezone_keys(), min_size=20, max_size=20),
)
def test_months_only_go_forward_whatever_the_zones(moments: list[datetime], zones: list[str]) -> None:
    latest: date | None = None
    for now, zone in zip(sorted(moments), zones, strict=False):
        month = current_month(now, zone, latest)
        assert latest is None or month >= latest
        assert oldest_month(now) <= month <= newest_month(now)
        latest = month


def test_an_unknown_zone_is_utc() -> None:
    moment = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    for name in ("Atlantis/Capital", "", "../etc/passwd", "/etc/passwd", "UTC\0"):
        assert month_of(moment, name) == date(2026, 11, 1)


def test_a_day_is_over_at_midnight_there() -> None:
    assert end_of(date(2026, 10, 31), "America/New_York") == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert end_of(date(2026, 11, 1), "America/New_York") == datetime(2026, 11, 2, 5, tzinfo=UTC)
