"""Undo while others are at work: real connections, real waiting."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction

from apps.accounts.access import Access
from apps.contacts.history import undo as undoing
from apps.contacts.history.log import operation
from apps.contacts.history.undo import undo
from apps.contacts.models import Contact, Operation

pytestmark = pytest.mark.django_db(transaction=True)
ACCESS = Access.of_operator()


@pytest.fixture
def at_once():
    """Runs callables in threads of their own, each with its own connection."""
    with ThreadPoolExecutor(8) as pool:

        def start(act: Callable[[], Any]) -> "Future[Any]":
            def run() -> Any:
                try:
                    return act()
                finally:
                    connection.close()

            return pool.submit(run)

        yield start


@pytest.fixture
def edit():
    Contact.objects.bulk_create(Contact(title="CTO", email=f"c{n}@example.com") for n in range(20))
    with operation(Operation.Kind.BULK_EDIT, access=ACCESS) as editing:
        Contact.objects.update(title="CEO", email="")
    return editing


def is_waiting_for_a_lock():
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return True
        sleep(0.01)
    return False


def test_of_many_undos_at_once_one_does_it(edit, at_once):
    barrier = Barrier(6)

    def act():
        barrier.wait()
        return undo(edit, access=ACCESS)

    outcomes = [future.result(60) for future in [at_once(act) for _ in range(6)]]
    assert sorted(outcome.contacts for outcome in outcomes) == [0, 0, 0, 0, 0, 20]
    assert all(outcome.kept == [] for outcome in outcomes)
    assert Operation.objects.filter(kind="undo").count() == 1
    assert Contact.objects.filter(title="CTO", version=3).count() == 20


def test_an_edit_that_is_being_written_is_seen_and_kept(edit, at_once):
    contact = Contact.objects.latest("id")
    with transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(title="Chair")
        future = at_once(lambda: undo(edit, access=ACCESS))
        assert is_waiting_for_a_lock()
    outcome = future.result(60)
    assert [(kept.contact_id, kept.field) for kept in outcome.kept] == [(contact.pk, "title")]
    assert Contact.objects.filter(title="CTO").count() == 19
    assert Contact.objects.get(pk=contact.pk).title == "Chair"


def test_an_edit_during_the_undo_waits_and_wins(edit, at_once, monkeypatch):
    locked, go_on = Event(), Event()
    collect = undoing._take_back_values

    def slow(*arguments, **named):
        locked.set()
        go_on.wait(30)
        return collect(*arguments, **named)

    monkeypatch.setattr(undoing, "_take_back_values", slow)
    running = at_once(lambda: undo(edit, access=ACCESS))
    assert locked.wait(30)
    editing = at_once(lambda: Contact.objects.update(city="Bonn"))
    assert is_waiting_for_a_lock()
    go_on.set()
    assert running.result(60).kept == []
    assert editing.result(60) == 20
    assert Contact.objects.filter(title="CTO", city="Bonn", version=4).count() == 20


def test_a_key_taken_between_look_and_write_is_seen_on_the_next_try(edit, at_once, monkeypatch):
    taken = Contact(first_name="Quick", email="c3@example.com")
    write = undoing._run

    def run(block, *arguments, **named):
        if block == "keep_cells" and taken.pk is None:
            at_once(taken.save).result(30)
        return write(block, *arguments, **named)

    monkeypatch.setattr(undoing, "_run", run)
    outcome = undo(edit, access=ACCESS)
    assert [(kept.field, kept.reason) for kept in outcome.kept] == [
        ("email", "Another contact has this value now.")
    ]
    assert outcome.contacts == 20
    assert Contact.objects.filter(email="c3@example.com").get() == taken


def test_a_killed_undo_leaves_nothing(edit, monkeypatch):
    def broken(*arguments, **named):
        raise KeyboardInterrupt

    monkeypatch.setattr(undoing, "_outcome", broken)  # everything is written, nothing committed
    with pytest.raises(KeyboardInterrupt):
        undo(edit, access=ACCESS)
    assert Contact.objects.filter(title="CEO", version=2).count() == 20
    assert not Operation.objects.filter(kind="undo").exists()
