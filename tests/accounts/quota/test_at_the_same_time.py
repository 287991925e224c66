"""Many at once on one ledger: nothing is oversold, nothing is done twice, nobody waits for ever."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier, BoundedSemaphore

import pytest
from django.db import connection, connections, transaction

from apps.accounts.models import AdminUser
from apps.accounts.quota import (
    QuotaExceeded,
    ReservationFinished,
    adjust_quota,
    balance_of,
    grant_credit,
    release_quota,
    reserve_quota,
    set_download_limit,
    spend_quota,
    usage_of,
)
from apps.accounts.quota.models import QuotaBucket, QuotaEntry, QuotaReservation
from apps.accounts.quota.reconciliation import find_differences
from tests.waiting import wait_until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    """Each act in a thread of its own, all from one moment on; how many ended how.

    They wait here for one of the pool's eight connections: the pool itself sends people away after four seconds.
    """
    begin, connections_left = Barrier(len(acts), timeout=60), BoundedSemaphore(8)

    def run(act: Callable[[], object]) -> str:
        begin.wait()
        with connections_left:
            try:
                act()
            except Exception as error:  # noqa: BLE001  # the outcome is what is counted
                return type(error).__name__
            finally:
                connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


@pytest.mark.slow
def test_of_a_hundred_who_ask_for_fifty_of_a_thousand_twenty_get_them_fifty_times_in_a_row() -> None:
    """D-21. A hundred threads, each with a transaction of its own on real connections."""
    outcomes = []
    for turn in range(50):
        person = AdminUser.objects.create_user(f"t{turn}@staff.example", download_limit=1000)
        acts = [
            partial(reserve_quota, user=person.pk, amount=50, reference=f"export {number}")
            for number in range(100)
        ]
        outcomes.append(all_at_once(acts))
        assert balance_of(person) == 0
    assert outcomes == [Counter(done=20, QuotaExceeded=80)] * 50
    assert QuotaReservation.objects.count() == 50 * 20
    assert find_differences() == []


@pytest.mark.parametrize("first", ["spend", "release"])
def test_of_a_hundred_who_finish_one_reservation_one_does(user: AdminUser, first: str) -> None:
    reservation = reserve_quota(user=user, amount=50, reference="export 1")
    finish = {"spend": spend_quota, "release": release_quota}
    other = finish["release" if first == "spend" else "spend"]
    acts = [lambda: finish[first](reservation), lambda: other(reservation)] * 50
    assert all_at_once(acts) == Counter(done=1, ReservationFinished=99)
    spent = QuotaReservation.objects.get().spent
    assert balance_of(user) == 100 - spent
    assert QuotaEntry.objects.filter(kind__in=["spend", "release"]).count() == 1
    assert find_differences() == []


def test_a_double_click_reserves_once(user: AdminUser) -> None:
    acts = [lambda: reserve_quota(user=user.pk, amount=60, reference="export 1")] * 20
    assert all_at_once(acts) == Counter(done=20)
    assert balance_of(user) == 40


def test_a_form_sent_twenty_times_at_once_grants_once(user: AdminUser, admin: AdminUser) -> None:
    acts: list[Callable[[], object]] = [
        lambda: grant_credit(user=user.pk, amount=60, reason="r", reference="form 1", actor_id=admin.pk),
        lambda: adjust_quota(user=user.pk, change=7, reason="r", reference="form 2", actor_id=admin.pk),
    ] * 10
    assert all_at_once(acts) == Counter(done=20)
    assert balance_of(user) == 167


def test_the_first_hundred_of_a_month_open_it_once(user: AdminUser) -> None:
    acts = [
        partial(reserve_quota, user=user.pk, amount=1, reference=f"export {number}") for number in range(100)
    ]
    assert all_at_once(acts) == Counter(done=100)
    assert (QuotaBucket.objects.count(), balance_of(user)) == (1, 0)


def test_admins_who_change_and_grant_each_others_quota_never_wait_for_each_other_in_a_circle(
    admin: AdminUser, manager: AdminUser, user: AdminUser
) -> None:
    def download(person: int, reference: str) -> None:
        spend_quota(reserve_quota(user=person, amount=1, reference=reference))

    everybody = [admin.pk, manager.pk, user.pk]
    acts: list[Callable[[], object]] = []
    for turn in range(10):
        acts += [
            partial(set_download_limit, user_ids=everybody, limit=100 + turn, actor_id=admin.pk),
            partial(set_download_limit, user_ids=everybody[::-1], limit=200 + turn, actor_id=manager.pk),
            partial(grant_credit, user=admin.pk, amount=1, reason="r", reference=f"g {turn}", actor_id=2),
            partial(grant_credit, user=manager.pk, amount=1, reason="r", reference=f"g {turn}", actor_id=1),
            partial(download, manager.pk, f"export {turn}"),
        ]
    assert all_at_once(acts) == Counter(done=len(acts))
    assert find_differences() == []
    assert usage_of([admin.pk])[admin.pk].credits == 10


def test_who_waits_for_a_reservation_sees_what_it_left(user: AdminUser) -> None:
    def reserve() -> str:
        try:
            reserve_quota(user=user.pk, amount=60, reference="export 2")
        except QuotaExceeded as error:
            return f"{error.available} left"
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            reserve_quota(user=user.pk, amount=60, reference="export 1")
            second = pool.submit(reserve)
            wait_until_somebody_waits()
        assert second.result() == "40 left"


def test_a_connection_that_dies_in_mid_transaction_leaves_nothing(user: AdminUser) -> None:
    reserve_quota(user=user, amount=10, reference="export 1")

    def die() -> None:
        try:
            with transaction.atomic():
                held = reserve_quota(user=user.pk, amount=20, reference="export 2")
                spend_quota(held, amount=5)
                grant_credit(user=user.pk, amount=5, reason="r", reference="c")
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        except Exception:  # noqa: BLE001  # whatever the driver says of a connection that is gone
            pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(die).result()
    assert balance_of(user) == 90
    assert QuotaEntry.objects.count() == 2
    assert find_differences() == []
    assert reserve_quota(user=user, amount=90, reference="export 2").state == "open"


def test_what_the_caller_takes_back_was_never_reserved(user: AdminUser) -> None:
    with transaction.atomic():
        reserve_quota(user=user, amount=60, reference="export 1")
        transaction.set_rollback(True)
    assert balance_of(user) == 100
    with transaction.atomic():
        held = reserve_quota(user=user, amount=60, reference="export 1")
        with pytest.raises(QuotaExceeded):
            reserve_quota(user=user, amount=60, reference="export 2")
        spend_quota(held)  # the refusal has not spoilt the caller's transaction
    with pytest.raises(ReservationFinished):
        release_quota(held)
    assert balance_of(user) == 40
