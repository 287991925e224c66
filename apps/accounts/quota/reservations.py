"""Holding contacts for a download, and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from apps.accounts.models import AdminUser
from apps.accounts.quota.ledger import (
    EntryKind,
    Ledger,
    ReferenceTaken,
    due_balance,
    open_ledger,
)
from apps.accounts.quota.models import QuotaBucket, QuotaEntry, QuotaReservation

State = QuotaReservation.State

# A download that waits in a queue keeps what it reserved so long; one that is being made says now and then that it is.
WAITING_HOLD = timedelta(hours=4)
WORKING_HOLD = timedelta(minutes=10)


class ReservationFinished(Exception):
    """It was spent or given back already."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """As it was when it was read."""

    id: int
    user_id: int
    reference: str
    amount: int
    state: QuotaReservation.State
    spent: int
    expires_at: datetime


def reserve_quota(
    *,
    user: int | AdminUser,
    amount: int,
    reference: str,
    reason: str = "Download",
    actor_id: int | None = None,
    hold: timedelta = WAITING_HOLD,
    now: datetime | None = None,
) -> Reservation:
    """Hold so many contacts for what `reference` names, such as "export 12"; the month's allowance goes first.

    A reference is held once: asked for again, it is the same reservation, unless that was given back. `hold` is how
    long it may stay unfinished. Without an actor it is the person themself. Raises QuotaExceeded; ReferenceTaken when
    that reference holds another amount; ValueError for an amount below 1.
    """
    user_id = user if isinstance(user, int) else user.pk
    if amount < 1:
        raise ValueError("A reservation is for one contact at least.")
    with transaction.atomic():
        ledger = open_ledger(user_id, now)
        held = QuotaReservation.objects.filter(account_id=user_id, reference=reference)
        if same := held.exclude(state=State.RELEASED).first():
            if same.amount != amount:
                raise ReferenceTaken(f"{reference} holds {same.amount:,} contacts, not {amount:,}.")
            return _described(same)
        shares = ledger.shares(amount)
        reservation = QuotaReservation.objects.create(
            account_id=user_id,
            reference=reference,
            amount=amount,
            spent=0,
            created_at=ledger.now,
            expires_at=ledger.now + hold,
        )
        for bucket, share in shares:
            ledger.write(
                bucket,
                EntryKind.RESERVE,
                share,
                0 if ledger.is_unlimited else -share,
                reservation=reservation,
                reason=reason,
                actor_id=user_id if actor_id is None else actor_id,
                reference=reference,
            )
    return _described(reservation)


def keep_reservation(
    reservation: Reservation, *, hold: timedelta = WORKING_HOLD, now: datetime | None = None
) -> None:
    """Its download is being made: it is forgotten `hold` from now, and no sooner. Raises ReservationFinished."""
    moment: Any = now or Now()
    kept = QuotaReservation.objects.filter(pk=reservation.id, state=State.OPEN)
    if not kept.update(expires_at=moment + hold):
        raise ReservationFinished(_FINISHED.format(reservation.reference))


def spend_quota(
    reservation: Reservation, *, amount: int | None = None, now: datetime | None = None
) -> Reservation:
    """The download is done: so many contacts of it (all, unless said) were delivered, the rest is given back.

    Raises ReservationFinished when it was spent or given back before, ValueError for more than was reserved.
    """
    delivered = reservation.amount if amount is None else amount
    if not 0 <= delivered <= reservation.amount:
        raise ValueError(f"{delivered:,} contacts are not within the {reservation.amount:,} reserved.")
    return _finish(reservation, delivered, now)


def release_quota(reservation: Reservation, *, now: datetime | None = None) -> Reservation:
    """The download came to nothing: all of it is given back. Raises ReservationFinished as spend_quota does."""
    return _finish(reservation, 0, now)


def stale_reservations(now: datetime | None = None, *, limit: int = 500) -> list[Reservation]:
    """Those that nobody finished in time, the longest forgotten first."""
    rows = QuotaReservation.objects.filter(state=State.OPEN, expires_at__lte=now or Now())
    return [_described(row) for row in rows.order_by("expires_at")[:limit]]


def release_stale_reservation(reservation: Reservation, *, now: datetime | None = None) -> bool:
    """Give it back, unless it was finished or kept in the meantime."""
    with transaction.atomic():
        open_ledger(reservation.user_id, now)
        rows = QuotaReservation.objects.select_for_update().filter(
            pk=reservation.id, state=State.OPEN, expires_at__lte=now or Now()
        )
        if rows.first() is None:
            return False
        _finish(reservation, 0, now, reason="Nobody finished it in time", actor_id=None)
    return True


_FINISHED = "{} was downloaded or given back already."


def _finish(reservation: Reservation, delivered: int, now: datetime | None, **said: Any) -> Reservation:
    """`said` is the reason and actor where they are others than the reservation's."""
    with transaction.atomic():
        ledger = open_ledger(reservation.user_id, now)
        row = QuotaReservation.objects.filter(pk=reservation.id, account_id=ledger.user_id).get()
        if row.state != State.OPEN:
            raise ReservationFinished(_FINISHED.format(row.reference))
        row.state = State.SPENT if delivered else State.RELEASED
        row.spent, row.finished_at = delivered, ledger.now
        row.save(update_fields=["state", "spent", "finished_at"])
        _settle(ledger, row, delivered, said)
    return _described(row)


def _settle(ledger: Ledger, row: QuotaReservation, delivered: int, other: dict[str, Any]) -> None:
    """Bucket by bucket, in the order in which they were drawn on: the contacts delivered, then what is given back."""
    held = QuotaEntry.objects.filter(reservation=row, kind=EntryKind.RESERVE).order_by("number")
    for entry in held.select_related("bucket"):
        bucket = _at_hand(ledger, entry.bucket)
        spent = min(entry.amount, delivered)
        delivered -= spent
        said = {
            "reservation": row,
            "reason": entry.reason,
            "actor_id": entry.actor_id,
            "reference": row.reference,
            **other,
        }
        if spent:
            ledger.write(bucket, EntryKind.SPEND, spent, 0, **said)
        if rest := entry.amount - spent:
            change = due_balance(bucket, given_back=rest) - bucket.balance
            ledger.write(bucket, EntryKind.RELEASE, rest, change, **said)


def _at_hand(ledger: Ledger, bucket: QuotaBucket) -> QuotaBucket:
    return next((each for each in [ledger.month, *ledger.credits] if each.pk == bucket.pk), bucket)


def _described(row: QuotaReservation) -> Reservation:
    return Reservation(
        row.pk, row.account_id, row.reference, row.amount, State(row.state), row.spent, row.expires_at
    )
