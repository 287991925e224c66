"""The log as people read it: in words, newest first, and nothing of columns they may not read."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.access import Access
from apps.contacts.history.log import operation
from apps.contacts.history.queries import (
    changed_since,
    find_operation,
    operation_summary,
    recent_operations,
    timeline,
    touched_contacts,
    trashed,
    values_at,
)
from apps.contacts.history.undo import restore, undo
from apps.contacts.models import Contact, Industry, Operation

pytestmark = pytest.mark.django_db


@pytest.fixture
def act(admin):
    def run(kind=Operation.Kind.EDIT, reason=""):
        return operation(kind, access=Access.of(admin), reason=reason)

    return run


@pytest.fixture
def access(admin):
    return Access.of(admin)


@pytest.fixture
def narrow(clerk):
    """Reads names, company, country and title; edits titles."""
    clerk.capability_overrides = {"undo": True}
    clerk.save()
    return Access.of(clerk)


def cells_of(entry):
    return {cell.field: (cell.before, cell.after) for cell in entry.cells}


def test_a_timeline_tells_each_step_in_words_newest_first(act, access, admin):
    software = Industry.objects.create(name="Software")
    with act(Operation.Kind.CREATE):
        contact = Contact.objects.create(title="CTO", custom={"Twitter": "@a", "Bio": "x"})
    with act(reason="Promoted"):
        Contact.objects.update(
            title="CEO",
            industry=software,
            owner=admin,
            annual_revenue=1_500_000,
            last_raised_at=date(2024, 2, 29),
            last_contacted_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            do_not_contact=True,
            tags=["a", "b"],
            custom={"Twitter": "@b", "Bio": "x"},
        )
    newest, oldest = timeline(contact.pk, access, 10)
    assert (oldest.kind_label, oldest.cells, oldest.actor) == ("Created", [], "Ada Admin")
    assert (newest.kind_label, newest.reason) == ("Edited", "Promoted")
    assert cells_of(newest) == {
        "title": ("CTO", "CEO"),
        "industry": ("", "Software"),
        "owner": ("", "Ada Admin"),
        "annual_revenue": ("", "$1,500,000"),
        "last_raised_at": ("", "29 Feb 2024"),
        "last_contacted_at": ("", "2 Jan 2026, 03:04"),
        "do_not_contact": ("No", "Yes"),
        "tags": ("", "a, b"),
        "custom": ("Twitter: @a", "Twitter: @b"),
    }
    assert next(cell.label for cell in newest.cells if cell.field == "custom") == "Other columns"


def test_an_operation_is_one_step_with_its_net_effect(make_contact, act, access):
    contact = make_contact(title="1", city="Bonn")
    with act():
        for title in ("2", "3"):
            Contact.objects.update(title=title, city="Köln")
        Contact.objects.update(city="Bonn")
    with act():
        Contact.objects.update(city="Köln")
        Contact.objects.update(city="Bonn")
    edited, created = timeline(contact.pk, access, 10)
    assert cells_of(edited) == {"title": ("1", "3")}
    assert created.kind == "database"


def test_a_timeline_shows_only_columns_one_may_read(make_contact, act, access, narrow):
    contact = make_contact(title="CTO", email="a@example.com")
    with act():
        Contact.objects.update(email="b@example.com")
    with act():
        Contact.objects.update(title="CEO", email="c@example.com")
    assert [cells_of(entry) for entry in timeline(contact.pk, narrow, 10)] == [{"title": ("CTO", "CEO")}, {}]
    assert len(timeline(contact.pk, narrow, 1)) == 1
    assert [len(entry.cells) for entry in timeline(contact.pk, access, 10)] == [2, 1, 0]


def test_what_one_may_not_read_is_not_even_looked_up(make_contact, act, narrow, django_assert_num_queries):
    contact = make_contact(title="CTO")
    with act():
        Contact.objects.update(title="CEO")
    with CaptureQueriesContext(connection) as without:
        timeline(contact.pk, narrow, 10)
    with act():
        Contact.objects.update(title="Chair", industry=Industry.objects.create(name="Software"))
    with django_assert_num_queries(len(without)):
        timeline(contact.pk, narrow, 10)


def test_undo_is_offered_where_it_would_do_something(make_contact, act, access, narrow, user):
    contact = make_contact(title="CTO", city="Bonn", company="Acme")
    with act():
        Contact.objects.update(title="CEO", city="Köln", company="Apex")
    with act():
        Contact.objects.update(title="Chair")
    _, edited, created = timeline(contact.pk, access, 10)
    assert {cell.field: cell.is_undoable for cell in edited.cells} == {
        "title": False,
        "company": True,
        "city": True,
    }
    assert (edited.is_undoable, created.is_undoable) == (True, False)
    assert not timeline(contact.pk, narrow, 10)[1].is_undoable
    assert not any(entry.is_undoable for entry in timeline(contact.pk, Access.of(user), 10))


def test_a_reference_that_is_gone_has_words_too(make_contact, act, access):
    industry = Industry.objects.create(name="Software")
    contact = make_contact(industry=industry)
    with act():
        Contact.objects.update(industry=None)
    industry.delete()
    assert cells_of(timeline(contact.pk, access, 1)[0]) == {"industry": ("one that is gone", "")}


def test_recent_operations_count_what_they_did(make_contact, act, access):
    make_contact(title="CTO")
    with act(Operation.Kind.BULK_EDIT, "Tidying"):
        Contact.objects.update(title="CEO")
        Contact.objects.create(title="new")
    with act():
        pass  # changed nothing: not listed
    tidied, made = recent_operations(access)
    assert (tidied.kind_label, tidied.reason, tidied.actor, tidied.counts) == (
        "Bulk edit",
        "Tidying",
        "Ada Admin",
        {"created": 1, "updated": 1},
    )
    assert (made.kind, made.actor, made.counts) == ("database", "", {"created": 1})
    assert [entry.id for entry in recent_operations(access, before=tidied.id)] == [made.id]
    assert len(recent_operations(access, limit=1)) == 1


def test_an_operation_about_one_contact_names_it_from_what_may_be_read(act, access, narrow):
    with act(Operation.Kind.CREATE):
        named = Contact.objects.create(first_name="Ada", last_name="Byron")
    with act(Operation.Kind.CREATE):
        unnamed = Contact.objects.create(email="secret@example.com")
    with act():
        Contact.objects.update(title="Countess")
    with act(Operation.Kind.DELETE):
        named.delete()
    abouts = ["Ada Byron", "", "secret@example.com", "Ada Byron"]
    assert [entry.about for entry in recent_operations(access)] == abouts
    abouts[2] = f"Contact {unnamed.pk}"
    assert [entry.about for entry in recent_operations(narrow)] == abouts


def test_an_operation_on_hidden_columns_does_not_exist(make_contact, act, access, narrow):
    for _ in range(3):
        make_contact(title="CTO", email="")
    with act() as hidden:
        Contact.objects.update(city="Bonn")
    with act() as mixed:
        Contact.objects.update(city="Köln")
        Contact.objects.filter(pk=Contact.objects.earliest("id").pk).update(title="CEO")
    assert hidden.pk not in {entry.id for entry in recent_operations(narrow)}
    assert operation_summary(hidden.pk, narrow) is None
    assert touched_contacts(hidden.pk, narrow) == []
    assert find_operation(hidden.pk, narrow) is None
    assert find_operation(hidden.pk, access) == hidden
    first, second, _ = Contact.objects.order_by("id")
    assert find_operation(mixed.pk, narrow, contact_id=first.pk) == mixed
    assert find_operation(mixed.pk, narrow, contact_id=second.pk) is None
    seen, whole = operation_summary(mixed.pk, narrow), operation_summary(mixed.pk, access)
    assert seen is not None
    assert whole is not None
    assert (seen.counts, whole.counts) == ({"updated": 1}, {"updated": 3})
    assert len(touched_contacts(mixed.pk, narrow)) == 1


def test_a_whole_undo_marks_the_operation_until_it_is_undone_itself(make_contact, act, access, narrow):
    contact = make_contact(title="CTO", city="Bonn")
    with act() as edit:
        Contact.objects.update(title="CEO", city="Köln")

    def undone_by():
        summary = operation_summary(edit.pk, access)
        assert summary is not None
        return summary.undone_by

    undo(edit, access=access, contact_id=contact.pk, field="title")
    assert undone_by() is None
    whole = undo(edit, access=access).operation
    assert whole is not None
    assert undone_by() == whole.pk
    hidden = operation_summary(edit.pk, narrow)
    assert hidden is not None
    assert hidden.undone_by is None  # what it took back was a city
    undo(whole, access=access)
    assert undone_by() is None


def test_touched_contacts_have_names_even_when_deleted(make_contact, act, access, narrow):
    make_contact(first_name="Ann", last_name="Lee", company="Acme")
    make_contact(email="bea@example.com")
    with act(Operation.Kind.DELETE) as deleting:
        Contact.objects.all().delete()
    assert [(c.name, c.company, c.action, c.is_there) for c in touched_contacts(deleting.pk, access)] == [
        ("Ann Lee", "Acme", "Deleted", False),
        ("bea@example.com", "", "Deleted", False),
    ]
    assert touched_contacts(deleting.pk, narrow)[1].name.startswith("Contact ")


def test_the_trash_lists_deleted_contacts_that_are_not_back(make_contact, act, access, narrow):
    ann, bea = make_contact(first_name="Ann", company="Acme"), make_contact(email="bea@example.com")
    with act(Operation.Kind.DELETE):
        Contact.objects.filter(pk=ann.pk).delete()
    with act(Operation.Kind.DELETE):
        Contact.objects.filter(pk=bea.pk).delete()
    assert [(entry.name, entry.company, entry.actor) for entry in trashed(access)] == [
        ("bea@example.com", "", "Ada Admin"),
        ("Ann", "Acme", "Ada Admin"),
    ]
    assert trashed(narrow)[0].name == f"Contact {bea.pk}"
    older = trashed(access, before=trashed(access)[0].change_id)
    assert [entry.contact_id for entry in older] == [ann.pk]
    restore([bea.pk], access=access)
    assert [entry.contact_id for entry in trashed(access)] == [ann.pk]
    Contact.objects.filter(pk=bea.pk).delete()
    assert [entry.contact_id for entry in trashed(access)] == [bea.pk, ann.pk]


def test_changed_since_gives_each_fields_value_then_and_who_changed_it(make_contact, act, admin):
    contact = make_contact(title="1", city="Bonn", collected_at=date(2026, 1, 1))
    with act():
        Contact.objects.update(title="2", city="Köln")
    Contact.objects.update(title="3", city="Bonn", collected_at=None, tags=["x"], owner=admin)
    since = {change.field: change for change in changed_since(contact.pk, 1)}
    assert values_at(contact.pk, 1) == {
        "title": "1",
        "collected_at": date(2026, 1, 1),
        "tags": [],
        "owner": None,
    }
    assert (since["title"].changed_by, since["title"].value_now) == ("", "3")
    assert values_at(contact.pk, 2)["title"] == "2"
    assert changed_since(contact.pk, 3) == []


def test_where_contacts_lie_on_the_disk_shows_nowhere(act, access, narrow):
    """A change moves a row to the end of the table, and what one statement does, it does in the order of the table."""
    with act(Operation.Kind.CREATE):
        numbers = [Contact.objects.create(first_name=name).pk for name in "ABC"]
    with act():
        Contact.objects.filter(pk=numbers[0]).update(mobile_phone="1", city="Bonn")
    with act(Operation.Kind.BULK_EDIT) as edited:
        Contact.objects.update(title="CEO")
    with act(Operation.Kind.DELETE) as deleted:
        Contact.objects.all().delete()
    for operation_id in (edited.pk, deleted.pk):
        assert [each.contact_id for each in touched_contacts(operation_id, narrow)] == numbers
    assert [each.contact_id for each in trashed(narrow)] == numbers[::-1]
