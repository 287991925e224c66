"""Every change to contacts is in the operation log, however it was written."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from apps.accounts.access import Access
from apps.contacts.history.log import operation, running_operation
from apps.contacts.models import Change, Contact, Industry, Operation

pytestmark = pytest.mark.django_db
MANY = 40  # enough rows for the triggers' other way


def execute(statement, parameters=None):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_a_save_logs_only_the_columns_that_changed(make_contact, logged):
    contact = make_contact(first_name="Ann", title="CTO")
    contact.title = "CEO"
    contact.save()
    assert logged(contact) == [("insert", None, None), ("update", {"title": "CTO"}, {"title": "CEO"})]
    contact.refresh_from_db()
    assert contact.version == 2
    assert [change.version for change in Change.objects.order_by("id")] == [1, 2]


def test_a_save_that_changes_nothing_leaves_no_trace(make_contact, logged):
    contact = make_contact(first_name="Ann")
    before = contact.updated_at
    contact.save()
    Contact.objects.update(first_name="Ann")
    contact.refresh_from_db()
    assert (contact.version, contact.updated_at, len(logged())) == (1, before, 1)
    assert Operation.objects.count() == 1


def test_nobody_else_can_set_version_or_updated_at(make_contact):
    contact = make_contact(first_name="Ann")
    Contact.objects.update(version=70, updated_at=datetime(2000, 1, 1, tzinfo=UTC))
    contact.refresh_from_db()
    assert contact.version == 1
    assert contact.updated_at.year > 2000
    Contact.objects.update(version=70, first_name="Bea")
    contact.refresh_from_db()
    assert contact.version == 2


def test_the_id_of_a_contact_cannot_change(make_contact):
    make_contact(first_name="Ann")
    with pytest.raises(IntegrityError, match="keeps its id"), transaction.atomic():
        execute("UPDATE contacts_contact SET id = id + 1")


@pytest.mark.parametrize("count", [3, MANY])
def test_a_bulk_update_logs_each_contact_with_what_really_changed(count, logged):
    first, second, *_ = Contact.objects.bulk_create(
        Contact(title=f"T{n % 2}", city="Bonn") for n in range(count)
    )
    Contact.objects.update(title="T0", city="Köln", employees=7)
    assert len(logged()) == 2 * count
    after = {"city": "Köln", "employees": 7}
    assert logged(first)[1:] == [("update", {"city": "Bonn", "employees": None}, after)]
    assert logged(second)[1:] == [
        ("update", {"title": "T1", "city": "Bonn", "employees": None}, {"title": "T0", **after})
    ]


@pytest.mark.parametrize("count", [1, MANY])
def test_every_kind_of_value_is_logged_as_it_was(count, logged, admin):
    industry = Industry.objects.create(name="Software")
    Contact.objects.bulk_create(Contact() for _ in range(count))
    Contact.objects.update(
        first_name='"Zoë"\\ {x}',
        tags=["a,b", 'c"d', ""],
        custom={"Bio": "x", "n": None},
        annual_revenue=9_007_199_254_740_993,
        last_raised_at=date(2024, 2, 29),
        last_contacted_at=datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
        do_not_contact=True,
        industry=industry,
        owner=admin,
        person_linkedin_url="",
    )
    assert [change for change in logged() if change[0] == "update"][-1] == (
        "update",
        {
            "first_name": "",
            "tags": [],
            "custom": {},
            "annual_revenue": None,
            "last_raised_at": None,
            "last_contacted_at": None,
            "do_not_contact": False,
            "industry_id": None,
            "owner_id": None,
        },
        {
            "first_name": '"Zoë"\\ {x}',
            "tags": ["a,b", 'c"d', ""],
            "custom": {"Bio": "x", "n": None},
            "annual_revenue": 9_007_199_254_740_993,
            "last_raised_at": "2024-02-29",
            "last_contacted_at": "2026-03-29T01:30:00.123456+00:00",
            "do_not_contact": True,
            "industry_id": industry.pk,
            "owner_id": admin.pk,
        },
    )


@pytest.mark.parametrize("count", [1, MANY])
def test_a_moment_is_logged_in_utc_whatever_the_writers_time_zone(count, logged):
    Contact.objects.bulk_create(Contact() for _ in range(count))
    execute("SET LOCAL timezone = 'Asia/Kolkata'")
    execute("UPDATE contacts_contact SET last_contacted_at = '2026-01-01 00:00+00'")
    execute("DELETE FROM contacts_contact")
    assert logged()[count][2] == {"last_contacted_at": "2026-01-01T00:00:00+00:00"}
    assert logged()[-1][1]["last_contacted_at"] == "2026-01-01T00:00:00+00:00"


def test_a_delete_logs_the_whole_row(make_contact, logged):
    contact = make_contact(first_name="Ann", email="ann@example.com", tags=["x"])
    contact.delete()
    action, before, after = logged()[-1]
    assert (action, after) == ("delete", None)
    assert (before["id"], before["email"], before["tags"], before["version"]) == (
        contact.pk or before["id"],
        "ann@example.com",
        ["x"],
        1,
    )
    assert set(before) == {field.column for field in Contact._meta.concrete_fields if not field.generated}


def test_copy_and_upsert_and_merge_and_raw_sql_are_logged(logged):
    execute("INSERT INTO contacts_contact (email, title) VALUES ('ann@example.com', 'CTO')")
    with connection.cursor() as cursor, cursor.copy("COPY contacts_contact (email) FROM STDIN") as copy:
        copy.write("bea@example.com\ncy@example.com\n")
    execute("""
        INSERT INTO contacts_contact (email, title) VALUES ('ann@example.com', 'CEO'), ('dan@example.com', 'CFO')
        ON CONFLICT (email) WHERE NOT email = '' DO UPDATE SET title = excluded.title
    """)
    execute("""
        MERGE INTO contacts_contact contact USING (VALUES ('bea@example.com'), ('eve@example.com')) given (email)
        ON contact.email = given.email
        WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (email) VALUES (given.email)
    """)
    actions = [action for action, _, _ in logged()]
    assert sorted(actions) == ["delete", "insert", "insert", "insert", "insert", "insert", "update"]
    assert ("update", {"title": "CTO"}, {"title": "CEO"}) in logged()


@pytest.mark.as_owner
def test_emptying_the_table_is_logged_too(make_contact, logged):
    make_contact(first_name="Ann")
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("TRUNCATE contacts_contact")
    assert [action for action, _, _ in logged()] == ["insert", "delete"]
    assert logged()[-1][1]["first_name"] == "Ann"


def test_a_write_that_names_no_operation_gets_one_for_its_transaction(make_contact):
    contact = make_contact(first_name="Ann")
    Contact.objects.update(first_name="Bea")
    contact.delete()
    (only,) = Operation.objects.all()
    assert (only.kind, only.actor, only.changes.count()) == ("database", None, 3)


@pytest.mark.parametrize("setting", ["", "not a number", "99999999999", "123456789012345678901234567890"])
def test_a_write_under_a_nonsensical_operation_is_neither_refused_nor_lost(setting, logged):
    execute("SELECT set_config('a360.operation', %s, true)", [setting])
    Contact.objects.bulk_create([Contact(first_name="Ann")])
    assert Operation.objects.get().kind == "database"
    assert len(logged()) == 1


def test_a_statement_that_meets_no_row_makes_no_operation():
    Contact.objects.update(first_name="x")
    Contact.objects.all().delete()
    execute("INSERT INTO contacts_contact (first_name) SELECT 'x' WHERE false")
    assert not Operation.objects.exists()


def test_an_operation_says_who_why_and_how_many(admin):
    kept, changed, gone = Contact.objects.bulk_create(Contact(first_name=name) for name in "abc")
    with operation(Operation.Kind.BULK_EDIT, access=Access.of(admin), reason="Tidying") as tidying:
        Contact.objects.filter(pk=changed.pk).update(first_name="x")
        Contact.objects.filter(pk=changed.pk).update(last_name="y")
        Contact.objects.filter(pk=gone.pk).update(last_name="y")
        Contact.objects.filter(pk=gone.pk).delete()
        Contact.objects.filter(pk=Contact.objects.create(first_name="new").pk).update(last_name="z")
        Contact.objects.create(first_name="short-lived").delete()
    tidying.refresh_from_db()
    assert (tidying.actor, tidying.reason, tidying.kind) == (admin, "Tidying", "bulk_edit")
    assert tidying.counts == {"created": 1, "updated": 1, "deleted": 1}
    assert not Change.objects.filter(contact_id=kept.pk, operation=tidying).exists()


def test_a_bare_copy_belongs_to_its_operation(admin):
    with (
        operation(Operation.Kind.IMPORT, access=Access.of(admin)) as importing,
        connection.cursor() as cursor,
        cursor.copy("COPY contacts_contact (email) FROM STDIN") as copy,
    ):
        copy.write("ann@example.com\nbea@example.com\n")
    assert importing.counts == {"created": 2, "updated": 0, "deleted": 0}


def test_what_follows_an_operation_in_the_same_transaction_is_not_part_of_it(admin):
    Contact.objects.create(first_name="before")
    with operation(Operation.Kind.CREATE, access=Access.of(admin)) as creating:
        Contact.objects.create(first_name="inside")
    Contact.objects.create(first_name="after")
    assert creating.changes.count() == 1
    assert Operation.objects.filter(kind="database").count() == 1


def test_an_operation_inside_another_joins_it(admin):
    with operation(Operation.Kind.MERGE, access=Access.of(admin), reason="outer") as outer:
        Contact.objects.create(first_name="a")
        with operation(Operation.Kind.EDIT, access=Access.of(admin), reason="inner") as inner:
            Contact.objects.create(first_name="b")
        Contact.objects.create(first_name="c")
    assert (inner, outer.changes.count()) == (outer, 3)
    assert Operation.objects.get().reason == "outer"
    with (
        pytest.raises(ValueError, match="of its own"),
        operation(Operation.Kind.EDIT, access=Access.of(admin)),
        operation(Operation.Kind.UNDO, access=Access.of(admin), undoes=outer),
    ):
        pass


def test_a_failed_operation_leaves_nothing_behind(admin, make_contact, logged):
    make_contact(email="ann@example.com")

    def create_two():
        with operation(Operation.Kind.CREATE, access=Access.of(admin)):
            Contact.objects.create(email="bea@example.com")
            Contact.objects.create(email="ann@example.com")

    with pytest.raises(IntegrityError):
        create_two()
    assert running_operation() is None
    assert len(logged()) == 1
    assert not Operation.objects.filter(kind="create").exists()


@pytest.mark.as_owner
@pytest.mark.parametrize("count", [1, MANY])
def test_a_column_added_later_is_logged_from_its_first_day(count, logged):
    Contact.objects.bulk_create(Contact(first_name="Ann") for _ in range(count))
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("""ALTER TABLE contacts_contact ADD COLUMN "Shoe size" int""")
    execute("""UPDATE contacts_contact SET "Shoe size" = 43, title = 'CTO'""")
    assert logged()[-1] == (
        "update",
        {"title": "", "Shoe size": None},
        {"title": "CTO", "Shoe size": 43},
    )


def test_the_unlogged_columns_are_those_that_follow_from_the_rest():
    with connection.cursor() as cursor:
        cursor.execute("SELECT contacts_unlogged_columns()")
        (unlogged,) = cursor.fetchone()
    generated = {field.column for field in Contact._meta.concrete_fields if field.generated}
    assert set(unlogged) == {"id", "version", "updated_at"} | generated
