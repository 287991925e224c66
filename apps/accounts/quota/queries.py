"""What is left of somebody's downloads."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Now

from apps.accounts.models import AdminUser
from apps.accounts.quota.models import QuotaBucket
from apps.accounts.quota.months import current_month, newest_month


@dataclass(frozen=True, slots=True)
class Usage:
    """The downloads of one person in their current month, in contacts."""

    used: int  # of the month's allowance, reserved and downloaded
    limit: int  # with an admin's corrections; -1 = unlimited
    credits: int  # granted besides the limit, and not spent
    reserved: int = 0  # of `used`, what is held for downloads that are not done yet

    @property
    def downloaded(self) -> int:
        return self.used - self.reserved

    @property
    def left_of_month(self) -> int:
        """Of a limited month."""
        return max(0, self.limit - self.used)

    @property
    def remaining(self) -> int | None:
        """None = unlimited."""
        return None if self.limit < 0 else self.left_of_month + self.credits


def usage_of(user_ids: Collection[int], *, now: datetime | None = None) -> dict[int, Usage]:
    """The usage of each of these people this month, in two queries at most. It writes nothing."""
    people = AdminUser.objects.filter(pk__in=user_ids).values_list("pk", "download_limit", "time_zone", Now())
    buckets: defaultdict[int, list[QuotaBucket]] = defaultdict(list)
    # The months that are over for everybody but not closed yet are few: the next download closes them.
    for bucket in QuotaBucket.objects.filter(account_id__in=user_ids, closed_at=None):
        buckets[bucket.account_id].append(bucket)
    return {
        pk: _usage(limit, zone, now or database_now, buckets[pk]) for pk, limit, zone, database_now in people
    }


def balance_of(user: int | AdminUser, *, now: datetime | None = None) -> int | None:
    """How many contacts somebody may download now; None = unlimited. Raises KeyError for nobody."""
    user_id = user if isinstance(user, int) else user.pk
    return usage_of([user_id], now=now)[user_id].remaining


def _usage(limit: int, zone: str, now: datetime, buckets: list[QuotaBucket]) -> Usage:
    months = {each.month: each for each in buckets if each.month and each.month <= newest_month(now)}
    month = months.get(current_month(now, zone, max(months, default=None)))
    credit = sum(
        each.balance for each in buckets if each.kind == QuotaBucket.Kind.CREDIT and _is_live(each, now)
    )
    if month is None:
        return Usage(0, limit, credit)
    whole = limit if limit < 0 else max(0, limit + month.correction)
    return Usage(month.used, whole, credit, month.used - month.spent)


def _is_live(credit: QuotaBucket, now: datetime) -> bool:
    return credit.expires_at is None or credit.expires_at > now


def credits_of(user_id: int, *, now: datetime) -> list[QuotaBucket]:
    """The credits with something left, in the order in which they are used."""
    return list(
        QuotaBucket.objects.filter(
            Q(expires_at=None) | Q(expires_at__gt=now),
            account_id=user_id,
            kind=QuotaBucket.Kind.CREDIT,
            closed_at=None,
            balance__gt=0,
        ).order_by("expires_at", "pk")
    )
