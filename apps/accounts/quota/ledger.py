"""One person's account, locked, with what may be drawn on at this moment: what every operation works on."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Q

from apps.accounts.models import AdminUser
from apps.accounts.quota.models import QuotaBucket, QuotaEntry
from apps.accounts.quota.months import current_month, newest_month, oldest_month
from apps.accounts.quota.references import new_reference
from apps.core.metrics import QUOTA_REFUSED
from apps.core.sql import load_sql

MONTH, CREDIT = QuotaBucket.Kind
EntryKind = QuotaEntry.Kind
UNLIMITED = -1
_SQL = load_sql(Path(__file__).parent / "sql" / "ledger.sql")


class QuotaExceeded(Exception):
    """More was asked for than is left; `asked` and `available` are contacts."""

    def __init__(self, asked: int, available: int) -> None:
        left = f"only {available:,} are" if available > 1 else "only one is" if available else "none is"
        super().__init__(
            f"You asked for {asked:,} contact{'' if asked == 1 else 's'}, and {left} left of your downloads. "
            "Choose fewer, wait for the next month, or ask an admin for more."
        )
        self.asked = asked
        self.available = available


class ReferenceTaken(Exception):
    """Something else was written under the same reference."""


@dataclass(slots=True)
class Ledger:
    """An account that nobody else can change until the transaction ends, brought up to `now`."""

    user_id: int
    now: datetime
    month: QuotaBucket
    credits: list[QuotaBucket]  # those that expire first come first

    @property
    def is_unlimited(self) -> bool:
        return self.month.allowance == UNLIMITED

    @property
    def month_start(self) -> date:
        assert self.month.month is not None  # a constraint has seen to it
        return self.month.month

    @property
    def available(self) -> int:
        """Contacts that may be reserved now; of a limited account."""
        return self.month.balance + sum(credit.balance for credit in self.credits)

    def shares(self, amount: int) -> list[tuple[QuotaBucket, int]]:
        """What to take from where: the month's allowance first, then credits. Raises QuotaExceeded."""
        if self.is_unlimited:
            return [(self.month, amount)]
        if amount > self.available:
            QUOTA_REFUSED.labels("some" if self.available else "none").inc()
            raise QuotaExceeded(amount, self.available)
        shares, left = [], amount
        for bucket in [self.month, *self.credits]:
            if share := min(left, bucket.balance):
                shares.append((bucket, share))
                left -= share
        return shares

    def write(self, bucket: QuotaBucket, kind: EntryKind, amount: int, change: int, **values: Any) -> None:
        """Add an entry; the database moves the balances, the bucket at hand follows."""
        QuotaEntry.objects.create(
            account_id=self.user_id,
            bucket=bucket,
            kind=kind,
            amount=amount,
            change=change,
            month=self.month_start,
            at=self.now,
            **values,
        )
        bucket.balance += change
        bucket.used += {EntryKind.RESERVE: amount, EntryKind.RELEASE: -amount}.get(kind, 0)

    def set_allowance(self, limit: int, *, reason: str, actor_id: int | None) -> None:
        """The limit of the month that runs is another one now; what is used stays used, and nothing is below zero."""
        self.month.allowance = limit
        self.month.save(update_fields=["allowance"])
        change = due_balance(self.month) - self.month.balance
        self.write(
            self.month,
            EntryKind.ADJUST,
            abs(change),
            change,
            reason=reason,
            actor_id=actor_id,
            reference=new_reference("limit"),
        )


def due_balance(bucket: QuotaBucket, *, given_back: int = 0) -> int:
    """What a bucket's balance must be by its other figures, when so much of what was used is given back."""
    if bucket.closed_at is not None or bucket.allowance == UNLIMITED:
        return 0
    return max(0, bucket.allowance + bucket.correction - bucket.used + given_back)


def open_ledger(user_id: int, now: datetime | None = None) -> Ledger:
    """Lock the account until the transaction ends, and bring it up to date: call it inside one.

    The month that begins gets its allowance, months and credits that are over lose what is left of them, and a limit
    that was changed past us takes effect. Raises AdminUser.DoesNotExist.
    """
    limit, zone, database_now = _lock(user_id)
    moment = now or database_now
    buckets = list(
        QuotaBucket.objects.filter(
            Q(closed_at=None) | Q(month__gte=oldest_month(moment)), account_id=user_id
        ).order_by("expires_at", "pk")
    )
    months = {each.month: each for each in buckets if each.month and each.month <= newest_month(moment)}
    month = current_month(moment, zone, max(months, default=None))
    ledger = Ledger(
        user_id,
        moment,
        months.get(month) or QuotaBucket(month=month, allowance=limit),
        [each for each in buckets if each.kind == CREDIT],
    )
    _close_months(ledger, [each for start, each in sorted(months.items()) if start < month])
    if month not in months:
        ledger.month = _begin_month(ledger, month, zone, limit)
    _expire_credits(ledger)
    if ledger.month.allowance != limit and ledger.month.closed_at is None:
        ledger.set_allowance(
            limit, reason=f"Limit: {in_words(ledger.month.allowance)} → {in_words(limit)}", actor_id=None
        )
    return ledger


def in_words(limit: int) -> str:
    return "unlimited" if limit == UNLIMITED else f"{limit:,}"


def _lock(user_id: int) -> tuple[int, str, datetime]:
    """Hold the account, made when there is none; the person's limit, time zone and the moment. In two statements each
    time somebody reserves: here the ORM would cost more than the database.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL["lock"], {"user": user_id})
        if cursor.fetchone() is None:
            cursor.execute(_SQL["begin"], {"user": user_id})
            cursor.execute(_SQL["lock"], {"user": user_id})
        cursor.execute(_SQL["person"], {"user": user_id})
        person = cursor.fetchone()
    if person is None:
        raise AdminUser.DoesNotExist
    limit, zone, moment = person
    return int(limit), str(zone), moment


def _begin_month(ledger: Ledger, month: date, zone: str, limit: int) -> QuotaBucket:
    bucket = QuotaBucket.objects.create(
        account_id=ledger.user_id,
        kind=MONTH,
        month=month,
        zone=zone,
        allowance=limit,
        reason="Monthly allowance",
        reference=f"month {month:%Y-%m}",
        created_at=ledger.now,
        correction=0,
        used=0,
        balance=0,
    )
    granted = max(0, limit)
    reason = bucket.reason if limit != UNLIMITED else f"{bucket.reason}: unlimited"
    ledger.month = bucket
    ledger.write(bucket, EntryKind.GRANT, granted, granted, reason=reason, reference=bucket.reference)
    return bucket


def _close_months(ledger: Ledger, over: list[QuotaBucket]) -> None:
    """Each is closed by an entry that still counts for it, so that a month's statement ends with what became of it."""
    current = ledger.month
    for bucket in over:
        ledger.month = bucket
        close_bucket(ledger, bucket, "The month is over")
    ledger.month = current


def _expire_credits(ledger: Ledger) -> None:
    for bucket in ledger.credits:
        if bucket.expires_at and bucket.expires_at <= ledger.now:
            close_bucket(ledger, bucket, "The credit has expired")
    ledger.credits = [bucket for bucket in ledger.credits if bucket.closed_at is None]


def close_bucket(ledger: Ledger, bucket: QuotaBucket, reason: str) -> None:
    """Nothing more comes from it; what is left goes, and so does what is given back to it later."""
    if bucket.closed_at is not None:
        return
    bucket.closed_at = ledger.now
    bucket.save(update_fields=["closed_at"])
    if bucket.balance:
        ledger.write(
            bucket,
            EntryKind.EXPIRE,
            bucket.balance,
            -bucket.balance,
            reason=reason,
            reference=bucket.reference,
        )


def is_over(now: datetime) -> Q:
    """Open months that are over everywhere on earth, and credits that have expired."""
    return Q(closed_at=None) & (Q(month__lt=oldest_month(now)) | Q(expires_at__lte=now))
