"""A person's statement: what came, what went and what is left, month by month."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet, Sum
from django.db.models.functions import Now

from apps.accounts.models import AdminUser
from apps.accounts.quota.models import QuotaBucket, QuotaEntry
from apps.accounts.quota.months import current_month, newest_month
from apps.accounts.quota.queries import Usage, credits_of, usage_of

PAGE_SIZE = 50
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Sums:
    """Of a month, or of all time: opening + the changes = closing."""

    opening: int
    closing: int
    changes: dict[str, int]  # by kind of entry, what it did to the balance
    amounts: dict[str, int]  # by kind, contacts

    @property
    def lines(self) -> list[tuple[str, int]]:
        """Label and change of each kind that did something."""
        return [
            (str(label), self.changes[kind])
            for kind, label in QuotaEntry.Kind.choices
            if self.changes.get(kind)
        ]

    @property
    def downloaded(self) -> int:
        return self.amounts.get(QuotaEntry.Kind.SPEND, 0)


@dataclass(frozen=True, slots=True)
class Statement:
    """`month` None is all of them. `older` is the number to go on before, for the next page."""

    now: datetime
    usage: Usage
    this_month: date
    credits: list[QuotaBucket]
    months: list[date]
    month: date | None
    sums: Sums
    next_month: date
    entries: list[QuotaEntry] = field(default_factory=list)
    older: int | None = None


def statement_of(
    person: AdminUser,
    *,
    month: date | None = None,
    is_whole: bool = False,
    before: int | None = None,
    now: datetime | None = None,
) -> Statement:
    """One page of it, newest entries first: of that month, of the running one, or of all. It writes nothing."""
    if now is None:
        now = AdminUser.objects.values_list(Now(), flat=True).get(pk=person.pk)
    begun = QuotaBucket.objects.filter(account_id=person.pk, month__isnull=False).order_by("-month")
    months = [each for each in begun.values_list("month", flat=True) if each is not None]
    latest = next((each for each in months if each <= newest_month(now)), None)
    this_month = current_month(now, person.time_zone, latest)
    chosen = None if is_whole else month or this_month
    entries = _entries(person.pk, chosen)
    page = entries if before is None else entries.filter(number__lt=before)
    shown = list(page.select_related("bucket").order_by("-number")[: PAGE_SIZE + 1])
    return Statement(
        now,
        usage_of([person.pk], now=now)[person.pk],
        this_month,
        credits_of(person.pk, now=now),
        months if this_month in months else [this_month, *months],
        chosen,
        _sums(person.pk, chosen),
        (this_month + timedelta(days=31)).replace(day=1),
        shown[:PAGE_SIZE],
        shown[PAGE_SIZE - 1].number if len(shown) > PAGE_SIZE else None,
    )


def all_entries(person: AdminUser, month: date | None) -> Iterator[QuotaEntry]:
    """Every entry of that month, or of all, oldest first; fetched in short queries, however many there are."""
    last = 0
    while batch := list(
        _entries(person.pk, month)
        .filter(number__gt=last)
        .select_related("bucket")
        .order_by("number")[:_BATCH]
    ):
        yield from batch
        last = batch[-1].number


def names_of(entries: list[QuotaEntry]) -> dict[int, str]:
    """Who did them, as far as they still exist, by id."""
    people = AdminUser.objects.filter(pk__in={entry.actor_id for entry in entries if entry.actor_id})
    return {person.pk: person.display_name for person in people}


def _entries(user_id: int, month: date | None) -> QuerySet[QuotaEntry]:
    entries = QuotaEntry.objects.filter(account_id=user_id)
    return entries if month is None else entries.filter(month=month)


def _sums(user_id: int, month: date | None) -> Sums:
    """The opening balance is what the entry before has left; the closing one what the last entry says, not a sum."""
    rows = _entries(user_id, month).values("kind").order_by("kind")
    by_kind = list(rows.values_list("kind", Sum("change"), Sum("amount")))
    entries = QuotaEntry.objects.filter(account_id=user_id)
    until = entries if month is None else entries.filter(month__lte=month)
    return Sums(
        0 if month is None else _last_total(entries.filter(month__lt=month)),
        _last_total(until),
        {kind: change for kind, change, _ in by_kind},
        {kind: amount for kind, _, amount in by_kind},
    )


def _last_total(entries: QuerySet[QuotaEntry]) -> int:
    return entries.order_by("-month", "-number").values_list("total", flat=True).first() or 0
