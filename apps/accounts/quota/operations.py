"""What admins, plans and the clock do to somebody's ledger."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.accounts.quota.ledger import (
    CREDIT,
    UNLIMITED,
    EntryKind,
    QuotaExceeded,
    ReferenceTaken,
    in_words,
    is_over,
    open_ledger,
)
from apps.accounts.quota.models import QuotaBucket, QuotaEntry
from apps.accounts.security_log.log import Kind, record_event

MOST = 1_000_000_000  # contacts in one grant or limit


def grant_credit(
    *,
    user: int | AdminUser,
    amount: int,
    reason: str,
    reference: str,
    expires_at: datetime | None = None,
    actor_id: int | None = None,
    now: datetime | None = None,
) -> QuotaBucket:
    """Give somebody so many contacts besides their limit, for good or until `expires_at`; the credit.

    The same reference again is the same credit: a plan's payment that is told twice, a button that is clicked twice.
    Raises ReferenceTaken when that one was another amount; ValueError for an amount below 1 or a credit that would have
    expired already.
    """
    user_id = user if isinstance(user, int) else user.pk
    if not 1 <= amount <= MOST:
        raise ValueError(f"A credit is 1 to {MOST:,} contacts.")
    if expires_at is not None and expires_at <= (now or timezone.now()):
        raise ValueError("A credit expires in the future.")
    with transaction.atomic():
        ledger = open_ledger(user_id, now)
        same = QuotaBucket.objects.filter(account_id=user_id, kind=CREDIT, reference=reference).first()
        if same is not None:
            if same.allowance != amount:
                raise ReferenceTaken(
                    f"{reference} granted {same.allowance:,} contacts already, not {amount:,}."
                )
            return same
        credit = QuotaBucket.objects.create(
            account_id=user_id,
            kind=CREDIT,
            allowance=amount,
            correction=0,
            used=0,
            balance=0,
            reason=reason,
            reference=reference,
            created_at=ledger.now,
            expires_at=expires_at,
        )
        ledger.write(
            credit,
            EntryKind.GRANT,
            amount,
            amount,
            reason=reason,
            actor_id=actor_id,
            reference=reference,
        )
        record_event(
            Kind.QUOTA_GRANTED,
            actor_id=actor_id,
            subject_id=user_id,
            details={
                "amount": amount,
                "reason": reason,
                "reference": reference,
                "expires_at": expires_at.isoformat() if expires_at else None,
            },
        )
    return credit


def adjust_quota(
    *,
    user: int | AdminUser,
    change: int,
    reason: str,
    reference: str,
    bucket_id: int | None = None,
    actor_id: int | None = None,
    now: datetime | None = None,
) -> bool:
    """Correct what is left of this month's allowance, or of a credit, by so many contacts; False: done before.

    Raises QuotaExceeded when less is left than is taken away; ValueError for no change, for an unlimited month and for
    what is not open.
    """
    user_id = user if isinstance(user, int) else user.pk
    if not 1 <= abs(change) <= MOST:
        raise ValueError(f"A correction is 1 to {MOST:,} contacts, up or down.")
    with transaction.atomic():
        ledger = open_ledger(user_id, now)
        if QuotaEntry.objects.filter(account_id=user_id, kind=EntryKind.ADJUST, reference=reference).exists():
            return False
        wanted = ledger.month.pk if bucket_id is None else bucket_id
        bucket = next((each for each in [ledger.month, *ledger.credits] if each.pk == wanted), None)
        if bucket is None or bucket.closed_at is not None:
            raise ValueError("That allowance or credit is over.")
        if bucket.allowance == UNLIMITED:
            raise ValueError("An unlimited month has nothing to correct.")
        if bucket.balance + change < 0:
            raise QuotaExceeded(-change, bucket.balance)
        bucket.correction = bucket.balance + change - bucket.allowance + bucket.used
        bucket.save(update_fields=["correction"])
        ledger.write(
            bucket,
            EntryKind.ADJUST,
            abs(change),
            change,
            reason=reason,
            actor_id=actor_id,
            reference=reference,
        )
        record_event(
            Kind.QUOTA_GRANTED,
            actor_id=actor_id,
            subject_id=user_id,
            details={"change": change, "reason": reason, "reference": reference},
        )
    return True


def set_download_limit(
    *,
    user_ids: Collection[int],
    limit: int,
    actor_id: int | None,
    shown: Mapping[int, int] | None = None,
    now: datetime | None = None,
) -> int:
    """Give these people another limit, contacts a month or -1 for unlimited; how many had another one before.

    Whose limit is no more the one `shown` when somebody decided is left alone. It holds at once: more is left this
    month, or less, and never less than nothing. Raises ValueError for a limit below -1.
    """
    if not UNLIMITED <= limit <= MOST:
        raise ValueError(f"A limit is 0 to {MOST:,} contacts a month, or -1 for unlimited.")
    with transaction.atomic():
        # Ascending, so that two who change the same people wait for each other instead of both.
        before = {}
        for user_id in sorted(set(user_ids)):
            ledger = open_ledger(user_id, now)
            # Read under the account's lock: the one that open_ledger has just brought the month up to.
            was = AdminUser.objects.values_list("download_limit", flat=True).get(pk=user_id)
            if was == limit or (shown is not None and was != shown[user_id]):
                continue
            before[user_id] = was
            AdminUser.objects.filter(pk=user_id).update(download_limit=limit)
            if ledger.month.closed_at is None:
                ledger.set_allowance(
                    limit, reason=f"Limit: {in_words(was)} → {in_words(limit)}", actor_id=actor_id
                )
        # The security log comes last: who writes to it has it to the end of the transaction.
        for user_id, was in before.items():
            record_event(
                Kind.LIMIT_CHANGED,
                actor_id=actor_id,
                subject_id=user_id,
                details={"download_limit": {"before": was, "after": limit}},
            )
    return len(before)


def close_what_is_over(user_id: int, *, now: datetime | None = None) -> None:
    """What is left of months and credits that are over goes, for somebody who has not been here since."""
    with transaction.atomic():
        open_ledger(user_id, now)


def people_with_something_over(now: datetime, *, after: int = 0, limit: int = 500) -> list[int]:
    """Who has an open month or credit whose time is over, by ascending id."""
    rows = QuotaBucket.objects.filter(is_over(now), account_id__gt=after)
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct()[:limit])
