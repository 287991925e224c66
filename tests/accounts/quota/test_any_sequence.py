"""Whatever is done in whatever order, the ledger says what a page of plain Python says, and nothing is oversold."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.accounts.models import AdminUser
from apps.accounts.quota import (
    QuotaExceeded,
    Reservation,
    adjust_quota,
    balance_of,
    grant_credit,
    release_quota,
    reserve_quota,
    set_download_limit,
    spend_quota,
    usage_of,
)
from apps.accounts.quota.models import QuotaAccount, QuotaBucket, QuotaEntry
from apps.accounts.quota.operations import close_what_is_over
from apps.accounts.quota.reconciliation import find_differences

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
LIMITS = st.sampled_from([-1, 0, 10, 50, 100])
AMOUNTS = st.integers(1, 60)


@dataclass(eq=False)
class Pot:
    """What may be drawn on, as the model sees it. None = unlimited."""

    size: int | None
    expires_at: datetime | None = None
    used: int = 0
    correction: int = 0

    @property
    def left(self) -> int:
        return 0 if self.size is None else max(0, self.size - self.used)


@dataclass
class Model:
    limit: int = 100
    now: datetime = START
    month: Pot = field(default_factory=lambda: Pot(100))
    credits: list[Pot] = field(default_factory=list)

    def live(self) -> list[Pot]:
        alive = [pot for pot in self.credits if pot.expires_at is None or pot.expires_at > self.now]
        far = datetime(9000, 1, 1, tzinfo=UTC)
        return sorted(alive, key=lambda pot: pot.expires_at or far)

    @property
    def available(self) -> int | None:
        if self.month.size is None:
            return None
        return self.month.left + sum(pot.left for pot in self.live())

    def take(self, amount: int) -> list[tuple[Pot, int]]:
        if self.month.size is None:
            self.month.used += amount
            return [(self.month, amount)]
        taken = []
        for pot in [self.month, *self.live()]:
            share = min(amount, pot.left)
            if share:
                pot.used += share
                taken.append((pot, share))
                amount -= share
        assert amount == 0
        return taken


class Sequence(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        # Each sequence in a transaction of its own that is taken back.
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.person = AdminUser.objects.create_user("seq@staff.example")
        self.model = Model()
        self.numbers = count()
        self.held: list[tuple[Reservation, list[tuple[Pot, int]]]] = []
        self.delivered = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(limit=LIMITS)
    def begin(self, limit: int) -> None:
        self.change_limit(limit)

    @rule(amount=AMOUNTS)
    def reserve(self, amount: int) -> None:
        available = self.model.available
        reference = f"export {next(self.numbers)}"
        if available is not None and amount > available:
            with pytest.raises(QuotaExceeded) as refused:
                reserve_quota(user=self.person, amount=amount, reference=reference, now=self.model.now)
            assert refused.value.available == available
            return
        held = reserve_quota(user=self.person, amount=amount, reference=reference, now=self.model.now)
        again = reserve_quota(user=self.person, amount=amount, reference=reference, now=self.model.now)
        assert again.id == held.id
        self.held.append((held, self.model.take(amount)))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def spend(self, data: st.DataObject) -> None:
        held, taken = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        delivered = data.draw(st.integers(0, held.amount))
        spend_quota(held, amount=delivered, now=self.model.now)
        self.delivered += delivered
        self._give_back(taken, delivered)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        held, taken = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        release_quota(held, now=self.model.now)
        self._give_back(taken, 0)

    def _give_back(self, taken: list[tuple[Pot, int]], delivered: int) -> None:
        for pot, share in taken:
            kept = min(share, delivered)
            delivered -= kept
            pot.used -= share - kept

    @rule(amount=AMOUNTS, days=st.one_of(st.none(), st.integers(1, 40)))
    def grant(self, amount: int, days: int | None) -> None:
        expires_at = None if days is None else self.model.now + timedelta(days=days)
        grant_credit(
            user=self.person,
            amount=amount,
            reason="r",
            reference=f"grant {next(self.numbers)}",
            expires_at=expires_at,
            now=self.model.now,
        )
        self.model.credits.append(Pot(amount, expires_at))

    @rule(limit=LIMITS)
    def change_limit(self, limit: int) -> None:
        set_download_limit(user_ids=[self.person.pk], limit=limit, actor_id=None, now=self.model.now)
        if limit == self.model.limit:
            return
        self.model.limit = limit
        self.model.month.size = None if limit < 0 else limit + self.model.month.correction

    @precondition(lambda self: self.model.month.size is not None)
    @rule(change=st.integers(-30, 30).filter(bool))
    def correct(self, change: int) -> None:
        month = self.model.month
        reference = f"correction {next(self.numbers)}"
        act = partial(
            adjust_quota,
            user=self.person,
            change=change,
            reason="r",
            reference=reference,
            now=self.model.now,
        )
        if month.left + change < 0:
            with pytest.raises(QuotaExceeded):
                act()
            return
        act()
        month.size = month.left + change + month.used
        month.correction = month.size - self.model.limit

    @rule(hours=st.integers(1, 400))
    def wait(self, hours: int) -> None:
        before, self.model.now = self.model.now, self.model.now + timedelta(hours=hours)
        if (before.year, before.month) != (self.model.now.year, self.model.now.month):
            self.model.month = Pot(None if self.model.limit < 0 else self.model.limit)

    @rule()
    def night(self) -> None:
        close_what_is_over(self.person.pk, now=self.model.now)

    @invariant()
    def it_says_what_the_model_says(self) -> None:
        usage = usage_of([self.person.pk], now=self.model.now)[self.person.pk]
        assert usage.remaining == self.model.available
        assert usage.used == self.model.month.used
        assert usage.credits == sum(pot.left for pot in self.model.live())
        assert balance_of(self.person, now=self.model.now) == self.model.available

    @invariant()
    def balances_are_the_sums_of_entries_and_never_negative(self) -> None:
        assert find_differences() == []
        entries = QuotaEntry.objects.filter(account_id=self.person.pk)
        total = entries.aggregate(sum=Sum("change"))["sum"] or 0
        account = QuotaAccount.objects.filter(pk=self.person.pk).first()
        assert total == (account.balance if account else 0) >= 0
        assert not QuotaBucket.objects.filter(balance__lt=0).exists()
        spent = entries.filter(kind="spend").aggregate(sum=Sum("amount"))["sum"] or 0
        assert spent == self.delivered


@pytest.mark.slow
@pytest.mark.django_db
def test_any_sequence_is_what_plain_arithmetic_says() -> None:
    run_state_machine_as_test(
        Sequence,
        settings=settings(
            max_examples=40, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
