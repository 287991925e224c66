"""An act on very many contacts: a job that is watched, stopped, killed and goes on, with the rights of the moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.bulk import operations, running
from apps.contacts.bulk.deeds import Deed
from apps.contacts.bulk.models import BulkAct
from apps.contacts.bulk.operations import cancel_bulk_act, start_bulk_act
from apps.contacts.bulk.running import do_next_batch, tally_of
from apps.contacts.history.undo import undo
from apps.contacts.models import Contact, Operation
from apps.core.jobs.operations import drop_failed_job, stop_job
from tests.contacts.bulk.conftest import Do, People, chosen
from tests.jobs_done import do_jobs, queued
from tests.workers import rows, wait_for, worker

HOT = Deed(BulkAct.Kind.SET, "stage", "Hot")
Status = BulkAct.Status


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "AT_ONCE", 3)
    monkeypatch.setattr(operations, "BATCH", 2)


def hot() -> int:
    return Contact.objects.filter(stage="Hot").count()


def test_many_are_a_job_and_one_operation(do: Do, people: People):
    act = do(HOT, people(5))
    assert (act.status, act.operation, hot()) == (Status.RUNNING, None, 0)
    assert queued() == [("contacts.bulk_act", {"act_id": act.pk})]
    do_jobs()
    act.refresh_from_db()
    assert (act.status, hot(), tally_of(act).changed) == (Status.DONE, 5, 5)
    operation = Operation.objects.get(kind="bulk_edit")
    assert (act.operation, operation.counts["updated"]) == (operation, 5)
    assert not act.batches.exclude(contacts=[]).exists()


def test_one_whose_job_was_given_up_says_so_and_goes_on_when_it_is_put_back(
    do: Do, people: People, manager: AdminUser, sign_in: Callable[[AdminUser], Client]
):
    act = do(HOT, people(5))
    client = sign_in(manager)
    assert "Working on it" in client.get(act.get_absolute_url()).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [act.job_id])
    page = client.get(act.get_absolute_url()).content.decode()
    assert "Its job failed or was stopped." in page
    assert "hx-get" not in page.split('id="bulk-status"')[1].split(">")[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'todo' WHERE id = %s", [act.job_id])
    do_jobs()
    assert "Working on it" not in client.get(act.get_absolute_url()).content.decode()
    assert hot() == 5


def test_one_whose_job_an_admin_stopped_or_dropped_does_not_say_that_it_goes_on(
    do: Do, people: People, manager: AdminUser, sign_in: Callable[[AdminUser], Client]
):
    stopped, dropped = (do(HOT, people(5), key=key) for key in "ab")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [dropped.job_id])
    assert stop_job(stopped.job_id or 0, actor_id=None)
    assert drop_failed_job(dropped.job_id or 0, actor_id=None)
    client = sign_in(manager)
    for act in (stopped, dropped):
        page = client.get(act.get_absolute_url()).content.decode()
        assert "Its job failed or was stopped." in page
        assert "hx-get" not in page.split('id="bulk-status"')[1].split(">")[0]


def test_stopped_it_keeps_what_is_done_and_that_is_undone(do: Do, people: People, manager: AdminUser):
    act = do(HOT, people(5))
    do_next_batch(act.pk)
    cancel_bulk_act(act.pk, access=Access.of(manager))
    assert do_next_batch(act.pk) is False
    act.refresh_from_db()
    tally = tally_of(act)
    assert (act.status, tally.changed, tally.left, hot()) == (Status.CANCELLED, 2, 3, 2)
    assert act.operation is not None
    assert act.operation.counts["updated"] == 2
    assert undo(act.operation, access=Access.of(manager)).contacts == 2


def test_nobody_stops_the_act_of_somebody_else(do: Do, people: People, admin: AdminUser):
    act = do(HOT, people(5))
    assert cancel_bulk_act(act.pk, access=Access.of(admin)) is None
    assert do_next_batch(act.pk) is True


@pytest.mark.parametrize("change", [{"role": "user"}, {"is_active": False}, {"column_rights": {}}])
def test_rights_are_those_of_the_moment(
    do: Do, people: People, manager: AdminUser, change: dict[str, object]
):
    act = do(HOT, people(5))
    do_next_batch(act.pk)
    AdminUser.objects.filter(pk=manager.pk).update(**change)
    do_jobs()
    act.refresh_from_db()
    assert (act.status, hot(), tally_of(act).left) == (Status.REFUSED, 2, 3)


def test_an_owner_who_is_gone_meanwhile_is_not_set(do: Do, people: People):
    owner = AdminUser.objects.create_user("o@x.example")
    act = do(Deed(BulkAct.Kind.SET, "owner", owner.pk), people(5))
    owner.delete()
    do_jobs()
    act.refresh_from_db()
    assert act.status == Status.REFUSED


def test_undone_on_its_way_it_goes_no_further(do: Do, people: People, manager: AdminUser):
    act = do(HOT, people(5))
    do_next_batch(act.pk)
    act.refresh_from_db()
    assert act.operation is not None
    undo(act.operation, access=Access.of(manager))
    do_jobs()
    act.refresh_from_db()
    assert (act.status, hot()) == (Status.CANCELLED, 0)


def test_contacts_deleted_meanwhile_are_gone_and_those_changed_are_unchanged(do: Do, people: People):
    ids = people(5)
    act = do(HOT, ids)
    Contact.objects.filter(pk__in=ids[:2]).delete()
    Contact.objects.filter(pk=ids[2]).update(stage="Hot")
    do_jobs()
    tally = tally_of(act)
    assert (tally.selected, tally.changed, tally.unchanged, tally.gone, tally.left) == (5, 2, 1, 2, 0)


def at_once(number: int, act: Callable[[], object]) -> list[object]:
    """What so many threads get that do the same at the same moment, each on a connection of its own."""
    ready, found = threading.Barrier(number), list[object]()

    def run() -> None:
        try:
            ready.wait(30)
            found.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.mark.django_db(transaction=True)
def test_clicked_four_times_at_once_it_is_done_once(manager: AdminUser, people: People):
    access, ids = Access.of(manager), people(3)
    click = lambda: start_bulk_act(  # noqa: E731
        access=access, key="k", deed=HOT, selection=chosen(access, ids), stated=3
    )
    acts = at_once(4, click)
    assert len(acts) == 4
    assert len({act.pk for act in acts}) == 1  # type: ignore[attr-defined]
    assert Operation.objects.filter(kind="bulk_edit").count() == 1
    assert set(Contact.objects.values_list("version", flat=True)) == {2}


@pytest.mark.django_db(transaction=True)
def test_two_acts_on_the_same_contacts_wait_for_each_other(manager: AdminUser, people: People):
    access, ids = Access.of(manager), people(3)
    keys = iter("ab")
    lock = threading.Lock()

    def click() -> object:
        with lock:
            key = next(keys)
        deed = Deed(BulkAct.Kind.ADD, "tags", [key])
        return start_bulk_act(access=access, key=key, deed=deed, selection=chosen(access, ids), stated=3)

    assert len(at_once(2, click)) == 2
    assert [sorted(tags) for tags in Contact.objects.values_list("tags", flat=True)] == [["a", "b"]] * 3


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_whole_batches_and_the_next_goes_on(do: Do, people: People):
    """The worker waits for a contact that this test holds, in the second batch, and is killed there."""
    ids = people(6)
    act = do(HOT, ids)
    with worker("--until-empty") as process:
        from django.db import transaction

        with transaction.atomic():
            Contact.objects.select_for_update().get(pk=ids[2])
            wait_for(lambda: BulkAct.objects.filter(pk=act.pk, batches__is_done=True).exists())
            process.kill()
            process.wait()
    assert hot() == 2
    rows(
        "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing' RETURNING id"
    )
    with worker("--until-empty") as process:
        assert process.wait(60) == 0
    act.refresh_from_db()
    assert (act.status, hot(), tally_of(act).changed) == (Status.DONE, 6, 6)
    assert Operation.objects.filter(kind="bulk_edit").count() == 1
    assert set(Contact.objects.values_list("version", flat=True)) == {2}
    assert running.tally_of(act).left == 0
