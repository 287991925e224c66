"""Undo takes back what is still as the operation left it, and says what it left alone."""

import pytest
from django.db import connection

from apps.accounts.access import Access, AccessDenied
from apps.accounts.models import AdminUser
from apps.contacts.history.log import operation
from apps.contacts.history.undo import UndoOutcome, restore, undo
from apps.contacts.models import Contact, Industry, KeptValue, Operation

pytestmark = pytest.mark.django_db


@pytest.fixture
def act(admin):
    """Runs a block as an operation of the admin."""

    def run(kind=Operation.Kind.BULK_EDIT):
        return operation(kind, access=Access.of(admin))

    return run


@pytest.fixture
def access(admin):
    return Access.of(admin)


def operation_of(outcome: UndoOutcome) -> Operation:
    assert outcome.operation is not None
    return outcome.operation


def kept_of(outcome):
    return {(kept.contact_id, kept.field, kept.reason) for kept in outcome.kept}


def test_an_edit_is_taken_back(make_contact, act, access, rows):
    contact = make_contact(first_name="Ann", title="CTO", tags=["a"], employees=5)
    before = rows()
    with act() as edit:
        Contact.objects.update(title="CEO", tags=["a", "b"], employees=None, custom={"x": "y"})
    outcome = undo(edit, access=access, reason="A slip")
    assert rows() == before
    assert (outcome.contacts, outcome.cells, outcome.kept) == (1, 4, [])
    undoing = operation_of(outcome)
    assert (undoing.kind, undoing.undoes, undoing.undoes_all, undoing.reason, undoing.counts["updated"]) == (
        "undo",
        edit,
        True,
        "A slip",
        1,
    )
    contact.refresh_from_db()
    assert contact.version == 3


def test_a_value_changed_since_is_kept_and_listed(make_contact, act, access):
    contact = make_contact(first_name="Ann", title="CTO", city="Bonn")
    with act() as edit:
        Contact.objects.update(title="CEO", city="Köln")
    Contact.objects.update(title="Chair")
    outcome = undo(edit, access=access)
    contact.refresh_from_db()
    assert (contact.title, contact.city) == ("Chair", "Bonn")
    assert kept_of(outcome) == {(contact.pk, "title", "Changed since then.")}
    assert KeptValue.objects.get().operation == outcome.operation


def test_who_was_changed_in_hidden_columns_alone_is_not_even_locked(make_contact, act):
    hidden, shown = make_contact(last_name="Ann"), make_contact(last_name="Ben", title="CTO")
    with act() as edit:
        Contact.objects.filter(pk=hidden.pk).update(city="Bonn")
        Contact.objects.filter(pk=shown.pk).update(title="CEO")

    def holder():
        """Who last locked the row, in PostgreSQL's own column."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT xmax FROM contacts_contact WHERE id = %s", [hidden.pk])
            return cursor.fetchone()

    before = holder()
    clerk = AdminUser.objects.create_user("c@x.example", role="manager", column_rights={"title": "edit"})
    assert undo(edit, access=Access.of(clerk)).contacts == 1
    assert holder() == before


def test_a_value_that_somebody_put_back_already_is_no_news(make_contact, act, access):
    make_contact(title="CTO", city="Bonn")
    with act() as edit:
        Contact.objects.update(title="CEO", city="Köln")
    Contact.objects.update(title="CTO")
    outcome = undo(edit, access=access)
    assert (outcome.cells, outcome.kept) == (1, [])


def test_the_second_undo_does_nothing_and_leaves_no_operation(make_contact, act, access):
    make_contact(title="CTO")
    with act() as edit:
        Contact.objects.update(title="CEO")
    undo(edit, access=access)
    count = Operation.objects.count()
    outcome = undo(edit, access=access)
    assert (outcome.operation, outcome.contacts, outcome.kept) == (None, 0, [])
    assert Operation.objects.count() == count


def test_one_cell_and_one_contact_can_be_taken_back_alone(make_contact, act, access):
    ann, bea = make_contact(title="CTO", city="Bonn"), make_contact(title="CFO", city="Bonn")
    with act() as edit:
        Contact.objects.update(title="CEO", city="Köln")
    cell = undo(edit, access=access, contact_id=ann.pk, field="title")
    assert list(Contact.objects.order_by("id").values_list("title", "city")) == [
        ("CTO", "Köln"),
        ("CEO", "Köln"),
    ]
    assert not operation_of(cell).undoes_all
    undo(edit, access=access, contact_id=bea.pk)
    assert list(Contact.objects.order_by("id").values_list("title", "city")) == [
        ("CTO", "Köln"),
        ("CFO", "Bonn"),
    ]
    undo(edit, access=access)
    assert Contact.objects.filter(city="Bonn").count() == 2


def test_an_undo_can_be_undone(make_contact, act, access, rows):
    ann, bea = make_contact(first_name="Ann", title="CTO"), make_contact(first_name="Bea")
    with act() as edit:
        Contact.objects.filter(pk=ann.pk).update(title="CEO")
        Contact.objects.filter(pk=bea.pk).delete()
        Contact.objects.create(first_name="Cy")
    done = rows()
    back = undo(edit, access=access)
    again = undo(operation_of(back), access=access)
    assert rows() == done
    assert (again.contacts, again.kept) == (3, [])
    assert undo(edit, access=access).kept == []
    assert set(rows()) == {ann.pk, bea.pk}


def test_the_net_effect_of_an_operation_is_taken_back(make_contact, act, access, rows):
    ann, bea = make_contact(first_name="Ann", title="1"), make_contact(first_name="Bea", title="1")
    before = rows()
    with act() as edit:
        for title in ("2", "3"):
            Contact.objects.update(title=title)
        Contact.objects.filter(pk=ann.pk).update(city="Bonn", title="1")
        Contact.objects.filter(pk=bea.pk).delete()
        Contact.objects.create(first_name="Cy").delete()
        dan = Contact.objects.create(first_name="Dan")
        Contact.objects.filter(pk=dan.pk).update(title="x")
    outcome = undo(edit, access=access)
    assert rows() == before
    assert (outcome.contacts, outcome.cells, outcome.kept) == (3, 1, [])


def test_a_contact_deleted_and_made_again_in_one_operation_goes_back(make_contact, act, access, rows):
    ann = make_contact(first_name="Ann", title="CTO")
    before = rows()
    with act() as edit:
        Contact.objects.all().delete()
        Contact.objects.create(pk=ann.pk, first_name="Other", city="Bonn")
    undo(edit, access=access)
    assert rows() == before


def test_a_created_contact_goes_unless_somebody_worked_on_it(act, access):
    with act(Operation.Kind.IMPORT) as importing:
        ann, bea, cy = (Contact.objects.create(first_name=name) for name in ("Ann", "Bea", "Cy"))
    Contact.objects.filter(pk=bea.pk).update(title="CEO")
    Contact.objects.filter(pk=cy.pk).update(title="CEO")
    Contact.objects.filter(pk=cy.pk).update(title="")
    outcome = undo(importing, access=access)
    assert list(Contact.objects.values_list("pk", flat=True)) == [bea.pk]
    assert kept_of(outcome) == {(bea.pk, "", "Changed since then.")}
    assert operation_of(outcome).counts == {"created": 0, "updated": 0, "deleted": 2}
    assert ann.pk


def test_a_deleted_contact_comes_back_whole(make_contact, act, access, rows, admin):
    industry = Industry.objects.create(name="Software")
    make_contact(
        first_name="Ann",
        email="ann@example.com",
        person_linkedin_url="https://www.linkedin.com/in/ann",
        tags=["a"],
        custom={"k": ["v"]},
        industry=industry,
        owner=admin,
        last_contacted_at="2026-01-02T03:04:05.678901Z",
        collected_at="2025-12-31",
        annual_revenue=9_007_199_254_740_993,
    )
    before = rows()
    with act(Operation.Kind.DELETE) as deleting:
        Contact.objects.all().delete()
    outcome = undo(deleting, access=access)
    assert rows() == before
    assert (outcome.contacts, operation_of(outcome).counts["created"]) == (1, 1)
    assert Contact.objects.get().version == 2


@pytest.mark.parametrize(
    ("key", "value", "other"),
    [
        ("email", "ann@example.com", "ann@example.com"),
        ("contact_id", "A1", "A1"),
        ("person_linkedin_url", "https://www.linkedin.com/in/ann", "linkedin.com/in/Ann/?x=1"),
    ],
)
class TestTakenKeys:
    def test_a_deleted_contact_stays_deleted(self, make_contact, act, access, key, value, other):
        ann, bea = make_contact(first_name="Ann", **{key: value}), make_contact(first_name="Bea")
        with act(Operation.Kind.DELETE) as deleting:
            Contact.objects.all().delete()
        make_contact(first_name="Secret", **{key: other})
        outcome = undo(deleting, access=access)
        assert Contact.objects.filter(pk=bea.pk).exists()
        (kept,) = outcome.kept
        assert (kept.contact_id, kept.field) == (ann.pk, key)
        assert "Secret" not in kept.reason
        assert outcome.contacts == 1

    def test_a_value_stays(self, make_contact, act, access, key, value, other):
        ann = make_contact(title="CTO", **{key: value})
        with act() as edit:
            Contact.objects.update(title="CEO", **{key: ""})
        make_contact(first_name="Secret", **{key: other})
        outcome = undo(edit, access=access)
        ann.refresh_from_db()
        assert (ann.title, getattr(ann, key)) == ("CTO", "")
        assert kept_of(outcome) == {(ann.pk, key, "Another contact has this value now.")}

    def test_contacts_that_swapped_swap_back(self, make_contact, act, access, rows, key, value, other):
        ann, bea = make_contact(**{key: value}), make_contact(**{key: value + "b"})
        before = rows()
        with act() as edit:
            Contact.objects.filter(pk=ann.pk).update(**{key: ""})
            Contact.objects.filter(pk=bea.pk).update(**{key: value})
            Contact.objects.filter(pk=ann.pk).update(**{key: value + "b"})
        outcome = undo(edit, access=access)
        assert rows() == before
        assert (outcome.contacts, outcome.kept) == (2, [])

    def test_a_key_that_stays_keeps_the_one_that_wants_it(self, make_contact, act, access, key, value, other):
        ann, bea = make_contact(**{key: value}), make_contact(**{key: value + "b"})
        with act() as edit:
            Contact.objects.filter(pk=ann.pk).update(**{key: ""})
            Contact.objects.filter(pk=bea.pk).update(**{key: value})
        make_contact(**{key: value + "b"})
        outcome = undo(edit, access=access)
        assert {kept.contact_id for kept in outcome.kept} == {ann.pk, bea.pk}
        assert outcome.operation is None

    def test_a_merge_comes_apart_again(self, make_contact, act, access, rows, key, value, other):
        survivor, loser = make_contact(first_name="Ann"), make_contact(first_name="A.", **{key: value})
        before = rows()
        with act(Operation.Kind.MERGE) as merging:
            loser.delete()
            Contact.objects.filter(pk=survivor.pk).update(**{key: value})
        merged = rows()
        back = undo(merging, access=access)
        assert rows() == before
        undo(operation_of(back), access=access)
        assert rows() == merged


def test_a_contact_deleted_since_is_kept_and_listed(make_contact, act, access):
    ann = make_contact(title="CTO")
    with act() as edit:
        Contact.objects.update(title="CEO")
    Contact.objects.all().delete()
    outcome = undo(edit, access=access)
    assert kept_of(outcome) == {(ann.pk, "", "The contact was deleted since then.")}
    assert outcome.operation is None


def test_a_reference_to_what_is_gone_is_kept(make_contact, act, access):
    industry = Industry.objects.create(name="Gone")
    ann, bea = make_contact(title="1", industry=industry), make_contact(industry=industry)
    with act() as edit:
        Contact.objects.filter(pk=ann.pk).update(title="2", industry=None)
        Contact.objects.filter(pk=bea.pk).delete()
    industry.delete()
    outcome = undo(edit, access=access)
    assert list(Contact.objects.order_by("id").values_list("title", flat=True)) == ["1", ""]
    assert not Contact.objects.exclude(industry=None).exists()
    assert kept_of(outcome) == {
        (ann.pk, "industry", "What it referred to is gone."),
        (bea.pk, "industry", "What it referred to is gone."),
    }


def test_a_dry_run_says_the_same_and_changes_nothing(make_contact, act, access, rows):
    ann, bea = make_contact(title="CTO"), make_contact(title="CTO")
    with act() as edit:
        Contact.objects.update(title="CEO")
        Contact.objects.create(first_name="Cy")
    Contact.objects.filter(pk=bea.pk).update(title="Chair")
    before, operations = rows(), Operation.objects.count()
    tried = undo(edit, access=access, dry_run=True)
    assert (rows(), Operation.objects.count(), KeptValue.objects.count()) == (before, operations, 0)
    assert tried.operation is None
    done = undo(edit, access=access)
    assert (tried.contacts, tried.cells, tried.kept) == (done.contacts, done.cells, done.kept)
    assert ann.pk


class TestRights:
    def test_undo_needs_the_capability(self, make_contact, act, user):
        make_contact(title="CTO")
        with act() as edit:
            Contact.objects.update(title="CEO")
        with pytest.raises(AccessDenied):
            undo(edit, access=Access.of(user))
        with pytest.raises(AccessDenied):
            restore([1], access=Access.of(user))

    @pytest.fixture
    def limited(self, clerk):
        """May undo, but edit only titles."""
        clerk.capability_overrides = {"undo": True, "delete": True}
        clerk.save()
        return Access.of(clerk)

    def test_columns_one_may_not_edit_are_left_without_a_word(self, make_contact, act, limited):
        ann = make_contact(title="CTO", first_name="Ann", email="ann@example.com", city="Bonn")
        with act() as edit:
            Contact.objects.update(title="CEO", first_name="Anna", email="", city="Köln")
        Contact.objects.update(city="Mainz")
        outcome = undo(edit, access=limited)
        ann.refresh_from_db()
        assert (ann.title, ann.first_name, ann.email, ann.city) == ("CTO", "Anna", "", "Mainz")
        assert (outcome.contacts, outcome.cells, outcome.kept, outcome.kept_count) == (1, 1, [], 0)
        assert undo(edit, access=limited, field="email").operation is None

    def test_an_operation_on_hidden_columns_only_does_not_exist(self, make_contact, act, limited):
        make_contact(city="Bonn")
        with act() as edit:
            Contact.objects.update(city="Köln")
        Contact.objects.all().delete()
        outcome = undo(edit, access=limited)
        assert (outcome.operation, outcome.contacts, outcome.kept) == (None, 0, [])

    def test_a_deleted_contact_comes_back_with_the_columns_one_cannot_see(self, make_contact, limited, rows):
        ann = make_contact(title="CTO", city="Bonn", email="ann@example.com")
        before = rows()
        Contact.objects.all().delete()
        restore([ann.pk], access=limited)
        assert rows() == before

    def test_a_hidden_key_in_the_way_is_not_named(self, make_contact, limited):
        ann = make_contact(email="ann@example.com")
        ann_id = ann.pk
        ann.delete()
        make_contact(email="ann@example.com")
        (kept,) = restore([ann_id], access=limited).kept
        assert (kept.field, kept.label) == ("", "Contact")
        assert "mail" not in kept.reason


class TestRestore:
    def test_contacts_come_back_as_one_operation(self, make_contact, access, rows):
        ids = [make_contact(first_name=name, tags=[name]).pk for name in ("Ann", "Bea", "Cy")]
        before = rows()
        Contact.objects.all().delete()
        outcome = restore(ids, access=access, reason="Wanted back")
        assert rows() == before
        assert (outcome.contacts, operation_of(outcome).kind, operation_of(outcome).reason) == (
            3,
            "restore",
            "Wanted back",
        )

    def test_what_is_there_or_never_was_changes_nothing(self, make_contact, access):
        ann = make_contact(first_name="Ann")
        gone_id = make_contact(first_name="Bea").pk
        Contact.objects.filter(pk=gone_id).delete()
        restore([gone_id], access=access)
        outcome = restore([ann.pk, gone_id, 10**12], access=access)
        assert (outcome.operation, outcome.contacts) == (None, 0)
        assert kept_of(outcome) == {(gone_id, "", "It is there already.")}

    def test_of_two_with_the_same_key_one_comes_back(self, make_contact, access):
        ids = []
        for _ in range(2):
            contact = make_contact(email="ann@example.com")
            ids.append(contact.pk)
            contact.delete()
        outcome = restore(ids, access=access)
        assert list(Contact.objects.values_list("pk", flat=True)) == ids[:1]
        assert [(kept.contact_id, kept.field) for kept in outcome.kept] == [(ids[1], "email")]

    def test_the_latest_deletion_counts(self, make_contact, access):
        ann = make_contact(title="old")
        ann_id = ann.pk
        ann.delete()
        restore([ann_id], access=access)
        Contact.objects.update(title="new")
        Contact.objects.all().delete()
        restore([ann_id], access=access)
        assert Contact.objects.get().title == "new"

    def test_a_restore_can_be_undone(self, make_contact, access):
        ann_id = make_contact(title="old").pk
        Contact.objects.all().delete()
        undo(operation_of(restore([ann_id], access=access)), access=access)
        assert not Contact.objects.exists()


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_undo_may_take_longer_than_a_page_and_what_follows_may_not(make_contact, act, access, dry_run):
    make_contact(first_name="Ann", title="CTO")
    with act() as edit:
        Contact.objects.update(title="CEO")
    limits = set()

    def note_limit(execute, sql, params, many, context):
        if "undo_contact" in sql:
            limits.add(connection.connection.execute("SHOW statement_timeout").fetchone()[0])
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '5s'")  # as in the web
        with connection.execute_wrapper(note_limit):
            assert undo(edit, access=access, dry_run=dry_run).contacts == 1
        assert limits == {"5min"}
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("5s",)
