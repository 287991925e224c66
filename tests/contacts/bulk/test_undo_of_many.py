"""Undo of an operation on very many contacts: a bulk act like any other, with the same result as an undo at once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.access import Access, AccessDenied
from apps.accounts.models import AdminUser
from apps.contacts.bulk import running
from apps.contacts.bulk.models import BulkAct
from apps.contacts.bulk.operations import cancel_bulk_act, start_undo
from apps.contacts.bulk.running import do_next_batch, tally_of
from apps.contacts.history.log import operation
from apps.contacts.history.undo import undo
from apps.contacts.models import Contact, KeptValue, Operation
from apps.contacts.pages.bulk_words import outcome
from apps.contacts.views import log as views
from apps.core.jobs.operations import stop_job
from tests.contacts.bulk.conftest import People
from tests.contacts.bulk.test_jobs import at_once
from tests.jobs_done import do_jobs
from tests.workers import rows as found_rows
from tests.workers import wait_for, worker

type Rows = Callable[[], dict[int, dict[str, Any]]]
Status = BulkAct.Status


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    monkeypatch.setattr(views, "AT_ONCE", 3)


@pytest.fixture
def rows() -> Rows:
    """All contacts by id, as everything but their version and the time of their last change."""

    def read() -> dict[int, dict[str, Any]]:
        unnoticed = {"version", "updated_at"}
        return {
            row["id"]: {name: value for name, value in row.items() if name not in unnoticed}
            for row in Contact.objects.order_by("id").values()
        }

    return read


@pytest.fixture
def access(manager: AdminUser) -> Access:
    return Access.of(manager)


def edited(access: Access, **values: Any) -> Operation:
    with operation(Operation.Kind.BULK_EDIT, access=access) as doing:
        Contact.objects.update(**values)
    return doing


def ended(act: BulkAct) -> BulkAct:
    do_jobs()
    act.refresh_from_db()
    return act


def test_it_is_one_operation_whose_accounts_balance(access: Access, people: People, rows: Rows):
    ids = people(7, stage="Cold", title="CTO")
    before = rows()
    hot = edited(access, stage="Hot", title="")
    Contact.objects.filter(pk=ids[0]).update(stage="Warm", title="CEO")  # changed since
    Contact.objects.filter(pk=ids[1]).update(stage="Cold", title="CTO")  # as it was
    Contact.objects.filter(pk=ids[2]).delete()  # gone
    act = start_undo(hot, access=access)
    assert (act.status, act.selected) == (Status.RUNNING, 7)
    assert Contact.objects.filter(stage="Hot").count() == 4
    tally = tally_of(ended(act))
    assert (tally.changed, tally.unchanged, tally.refused, tally.gone, tally.left) == (4, 1, 1, 1, 0)
    undoing = act.operation
    assert undoing is not None
    assert (act.status, undoing.kind, undoing.undoes, undoing.undoes_all) == (Status.DONE, "undo", hot, True)
    assert undoing.counts == {"created": 0, "updated": 4, "deleted": 0}
    assert set(KeptValue.objects.filter(contact_id=ids[0]).values_list("field", flat=True)) == {
        "stage",
        "title",
    }
    assert {pk: row for pk, row in rows().items() if pk in ids[3:]} == {pk: before[pk] for pk in ids[3:]}


def everything_at_once(access: Access, people: People) -> Operation:
    """An operation that edits, creates, deletes, merges and swaps keys, of contacts far apart."""
    ids = people(9, stage="Cold")
    for n in range(9):
        Contact.objects.filter(pk=ids[n]).update(email=f"p{n}@x.example", contact_id=f"C{n}")
    of = Contact.objects.filter
    with operation(Operation.Kind.IMPORT, access=access) as doing:
        of(pk=ids[0]).update(email="")  # the first and the last swap
        of(pk=ids[8]).update(email="p0@x.example")
        of(pk=ids[0]).update(email="p8@x.example")
        of(pk=ids[1]).delete()  # merged into one far behind
        of(pk=ids[7]).update(contact_id="C1", stage="Hot")
        of(pk=ids[2]).update(contact_id="")
        Contact.objects.create(last_name="New", contact_id="C2")
        of(pk__in=ids[3:7]).update(stage="Hot")
    return doing


def test_in_parts_it_comes_to_the_same_as_at_once(access: Access, people: People, rows: Rows):
    doing = everything_at_once(access, people)
    done = rows()
    at_once_undone = undo(doing, access=access)
    before = rows()
    assert at_once_undone.operation is not None
    undo(at_once_undone.operation, access=access)
    assert rows() == done
    act = ended(start_undo(doing, access=access))
    assert (act.status, tally_of(act).refused, KeptValue.objects.count()) == (Status.DONE, 0, 0)
    assert rows() == before
    assert act.operation is not None
    ended(start_undo(act.operation, access=access))
    assert rows() == done


def test_stopped_it_keeps_what_is_done_and_the_rest_can_be_undone(access: Access, people: People):
    people(5, stage="Cold")
    hot = edited(access, stage="Hot")
    act = start_undo(hot, access=access)
    assert do_next_batch(act.pk)  # writes down who
    assert do_next_batch(act.pk)
    cancel_bulk_act(act.pk, access=access)
    assert do_next_batch(act.pk) is False
    act.refresh_from_db()
    assert (act.status, Contact.objects.filter(stage="Cold").count()) == (Status.CANCELLED, 2)
    assert act.operation is not None
    assert not act.operation.undoes_all
    again = start_undo(hot, access=access)
    assert again != act
    assert tally_of(ended(again)).changed == 3
    assert Contact.objects.filter(stage="Cold").count() == 5


def test_one_that_changes_nothing_leaves_no_operation(access: Access, people: People):
    people(5, stage="Cold")
    hot = edited(access, stage="Hot")
    Contact.objects.update(stage="Warm")
    act = ended(start_undo(hot, access=access))
    assert (act.status, act.operation, tally_of(act).refused) == (Status.DONE, None, 5)
    assert not Operation.objects.filter(kind="undo").exists()


def test_rights_are_those_of_the_moment(manager: AdminUser, access: Access, people: People):
    people(5, stage="Cold", title="CTO")
    edit = edited(access, stage="Hot", title="CEO")
    act = start_undo(edit, access=access)
    do_next_batch(act.pk)
    do_next_batch(act.pk)
    AdminUser.objects.filter(pk=manager.pk).update(role="user")
    act = ended(act)
    assert (act.status, tally_of(act).changed, tally_of(act).left) == (Status.REFUSED, 2, 3)
    with pytest.raises(AccessDenied):
        start_undo(edit, access=Access.of(AdminUser.objects.get(pk=manager.pk)))


def test_it_counts_nobody_who_was_changed_in_hidden_columns_only(access: Access, people: People):
    ids = people(5, stage="Cold", title="CTO")
    with operation(Operation.Kind.BULK_EDIT, access=access) as doing:
        Contact.objects.update(stage="Hot")
        Contact.objects.filter(pk__in=ids[:4]).update(title="CEO")
    clerk = AdminUser.objects.create_user("c@x.example", role="manager", column_rights={"title": "edit"})
    act = start_undo(doing, access=Access.of(clerk))
    assert act.selected == 4
    assert (tally_of(ended(act)).changed, act.selected) == (4, 4)
    assert Contact.objects.filter(stage="Hot").count() == 5


@pytest.mark.django_db(transaction=True)
def test_clicked_four_times_at_once_it_is_done_once(access: Access, people: People):
    people(5, stage="Cold")
    hot = edited(access, stage="Hot")
    acts = at_once(4, lambda: start_undo(hot, access=access).pk)
    assert len(acts) == 4
    assert len(set(acts)) == 1
    ended(BulkAct.objects.get())
    assert start_undo(hot, access=access).pk == acts[0]  # a click that comes late
    assert Operation.objects.filter(kind="undo").count() == 1
    assert set(Contact.objects.values_list("stage", "version")) == {("Cold", 3)}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_whole_batches_and_the_next_goes_on(
    access: Access, people: People, monkeypatch: pytest.MonkeyPatch
):
    """The worker has the real size of a batch; it waits for a contact that this test holds, and is killed there."""
    ids = people(2_003, stage="Cold")
    act = start_undo(edited(access, stage="Hot"), access=access)
    with worker("--until-empty") as process:
        from django.db import transaction

        with transaction.atomic():
            Contact.objects.select_for_update().get(pk=ids[-1])
            wait_for(lambda: BulkAct.objects.filter(pk=act.pk, batches__is_done=True).exists())
            process.kill()
            process.wait()
    assert Contact.objects.filter(stage="Cold").count() == 2_000
    found_rows(
        "UPDATE procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE status = 'doing' RETURNING id"
    )
    with worker("--until-empty") as process:
        assert process.wait(60) == 0
    act.refresh_from_db()
    assert (act.status, tally_of(act).changed) == (Status.DONE, 2_003)
    assert set(Contact.objects.values_list("stage", "version")) == {("Cold", 3)}


def test_each_takes_back_what_they_may_see_and_learns_of_nobody_else(
    sign_in: Callable[[AdminUser], Client], access: Access, people: People
):
    people(4, stage="Cold", title="CTO")
    doing = edited(access, stage="Hot", title="CEO")
    one, other = (
        AdminUser.objects.create_user(f"{name}@x.example", role="manager", column_rights={name: "edit"})
        for name in ("title", "stage")
    )
    ended(start_undo(doing, access=Access.of(one)))
    assert set(Contact.objects.values_list("stage", "title")) == {("Hot", "CTO")}
    client = sign_in(other)
    assert "This was undone" not in client.get(doing.get_absolute_url()).content.decode()
    answer = client.post(f"{doing.get_absolute_url()}undo/")
    assert answer["Location"] == BulkAct.objects.get(actor=other).get_absolute_url()
    do_jobs()
    assert set(Contact.objects.values_list("stage", "title")) == {("Cold", "CTO")}


def test_one_whose_job_an_admin_took_away_is_over_with_the_next_click(access: Access, people: People):
    people(5, stage="Cold")
    hot = edited(access, stage="Hot")
    act = start_undo(hot, access=access)
    do_next_batch(act.pk)
    do_next_batch(act.pk)
    assert stop_job(act.job_id or 0, actor_id=None)
    again = start_undo(hot, access=access)
    act.refresh_from_db()
    assert (act.status, again.status, again == act) == (Status.CANCELLED, Status.RUNNING, False)
    assert tally_of(ended(again)).changed == 3
    assert not Contact.objects.filter(stage="Hot").exists()


def test_who_is_back_already_is_not_refused(access: Access, people: People):
    people(5)
    with operation(Operation.Kind.DELETE, access=access) as doing:
        Contact.objects.all().delete()
    act = start_undo(doing, access=access)
    do_next_batch(act.pk)
    do_next_batch(act.pk)
    cancel_bulk_act(act.pk, access=access)
    tally = tally_of(ended(start_undo(doing, access=access)))
    assert (tally.changed, tally.unchanged, tally.refused, tally.gone) == (3, 2, 0, 0)


def test_of_what_may_be_read_alone_it_says_only_that_nothing_was_left_to_do(access: Access, people: People):
    people(5, stage="Cold")
    hot = edited(access, stage="Hot")
    reader = AdminUser.objects.create_user("r@x.example", role="manager", column_rights={"stage": "read"})
    act = ended(start_undo(hot, access=Access.of(reader)))
    said = outcome(act, tally_of(act), Access.of(reader))
    assert said == "Nothing was changed back. Nothing was left to change back on 5 contacts."


def test_the_page_of_an_operation_leads_to_it_and_is_nobody_elses(
    sign_in: Callable[[AdminUser], Client],
    manager: AdminUser,
    admin: AdminUser,
    access: Access,
    people: People,
):
    people(4, stage="Cold")
    hot = edited(access, stage="Hot")
    client = sign_in(manager)
    assert "you can watch it" in client.get(hot.get_absolute_url()).content.decode()
    answer = client.post(f"{hot.get_absolute_url()}undo/", follow=True)
    ((path, _),) = answer.redirect_chain
    text = answer.content.decode()
    assert "Undo what was done to 4 contacts" in text
    assert f'action="{path}cancel/"' in text
    other = sign_in(admin)
    assert other.post(f"{hot.get_absolute_url()}undo/")["Location"] != path
    assert other.get(path).status_code == 404
    assert client.get(path.replace("operations/undo", "bulk")).status_code == 404
    do_jobs()
    text = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Undone on 4 contacts." in text
    undoing = Operation.objects.get(kind="undo")
    assert undoing.get_absolute_url() in text
    assert "This was undone" in client.get(hot.get_absolute_url()).content.decode()
    assert not Contact.objects.filter(stage="Hot").exists()


def test_few_are_undone_at_once(
    sign_in: Callable[[AdminUser], Client], manager: AdminUser, access: Access, people: People
):
    people(3, stage="Cold")
    hot = edited(access, stage="Hot")
    text = sign_in(manager).post(f"{hot.get_absolute_url()}undo/", follow=True).content.decode()
    assert "Undone on 3 contacts." in text
    assert not BulkAct.objects.exists()
