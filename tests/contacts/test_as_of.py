"""A contact as it was on a day: whatever was done to it since, and only in the columns one may read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.fields import CUSTOM, FIELDS
from apps.contacts.history.as_of import Was, contact_as_of
from apps.contacts.history.log import operation
from apps.contacts.history.models import Operation
from apps.contacts.history.undo import restore, undo
from apps.contacts.models import Contact, Industry
from apps.contacts.operations import create_contact, delete_contacts, edit_contact
from apps.contacts.queries import readable_values

type SignIn = Callable[[AdminUser], Client]

OPERATOR = Access.of_operator()
START = datetime(2026, 5, 1, 12, tzinfo=UTC)
words = st.sampled_from(["", "a", "b", 'Ω "quoted" \\ {x}'])
acts = st.one_of(
    st.fixed_dictionaries(
        {},
        optional={
            "title": words,
            "tags": st.lists(words, max_size=2),
            "employees": st.none() | st.integers(0, 3),
            "do_not_contact": st.booleans(),
            "last_contacted_at": st.none() | st.just(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)),
            "last_raised_at": st.none() | st.dates(),
            "industry": st.none() | st.just("industry"),
        },
    ),
    st.sampled_from(["undo", "undo", "delete", "restore"]),
)


def snapshot(contact_id: int) -> dict[str, Any] | None:
    """What is there now, without what is not the contact's own."""
    found = readable_values([contact_id], [*FIELDS, CUSTOM], OPERATOR)
    return comparable(found[0]) if found else None


def comparable(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if name not in {"version", "updated_at"} and not name.endswith("_to_dial")
    }


def done_at(moment: datetime, operation: Operation | None) -> None:
    if operation is not None:
        Operation.objects.filter(pk=operation.pk).update(created_at=moment)


def act(what: Any, contact_id: int, industry: Industry) -> Operation | None:
    """One of the acts; the operation it was, or None when it came to nothing."""
    latest = Operation.objects.order_by("-pk")[0]
    if what == "undo":
        return undo(latest, access=OPERATOR).operation
    if what == "restore":
        return restore([contact_id], access=OPERATOR).operation
    if what == "delete":
        delete_contacts([contact_id], access=OPERATOR)
    elif Contact.objects.filter(pk=contact_id).exists():
        values = {name: industry.pk if value == "industry" else value for name, value in what.items()}
        version = Contact.objects.get(pk=contact_id).version
        edit_contact(contact_id, access=OPERATOR, values=values, seen_version=version)
    newest = Operation.objects.order_by("-pk")[0]
    return newest if newest.pk != latest.pk else None


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(what=st.lists(acts, max_size=8))
def test_at_each_moment_it_is_what_it_was(what: list[Any]) -> None:
    with transaction.atomic():
        industry = Industry.objects.create(name="Software")
        with operation(Operation.Kind.CREATE, access=OPERATOR) as making:
            contact_id = create_contact(access=OPERATOR, values={"first_name": "Ann"}).pk
        done_at(START, making)
        was = [(START, snapshot(contact_id))]
        for number, each in enumerate(what, 1):
            moment = START + timedelta(hours=number)
            done_at(moment, act(each, contact_id, industry))
            was.append((moment, snapshot(contact_id)))
        for moment, expected in was:
            for later in (timedelta(), timedelta(minutes=59)):
                past = contact_as_of(contact_id, moment + later, OPERATOR)
                assert (past.was is Was.THERE) == (expected is not None)
                if expected is not None:
                    assert comparable(past.values) == expected
        assert contact_as_of(contact_id, START - timedelta(minutes=1), OPERATOR).was is Was.NOT_YET
        transaction.set_rollback(True)


@pytest.fixture
def ann(manager: AdminUser) -> Contact:
    """Ann Lee, CTO on 1 May, CEO with a secret e-mail from 3 May 22:30 UTC on."""
    access = Access.of(manager)
    with operation(Operation.Kind.CREATE, access=access) as making:
        contact = create_contact(
            access=access, values={"first_name": "Ann", "last_name": "Lee", "title": "CTO", "stage": "Cold"}
        )
    done_at(START, making)
    with operation(Operation.Kind.EDIT, access=access) as editing:
        values = {"title": "CEO", "email": "secret@x.example"}
        edit_contact(contact.pk, access=access, values=values, seen_version=1)
    done_at(datetime(2026, 5, 3, 22, 30, tzinfo=UTC), editing)
    return contact


def page(client: Client, contact: Contact, day: str) -> str:
    answer = client.get(f"/contacts/{contact.pk}/?as_of={day}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_a_day_and_marks_what_differs_from_today(
    sign_in: SignIn, manager: AdminUser, ann: Contact
) -> None:
    then = page(sign_in(manager), ann, "2026-05-02")
    assert "CTO" in then
    assert "Today: CEO" in then
    assert "secret@x.example" in then  # what it is today
    assert then.count("Today:") == 2
    assert "<textarea" not in then
    now = page(sign_in(manager), ann, "2026-05-04")
    assert "Today:" not in now


def test_a_day_ends_where_the_person_lives(sign_in: SignIn, manager: AdminUser, ann: Contact) -> None:
    assert "Today: CEO" not in page(sign_in(manager), ann, "2026-05-03")
    manager.time_zone = "Asia/Kolkata"  # there it was the fourth already
    manager.save()
    assert "Today: CEO" in page(sign_in(manager), ann, "2026-05-03")


def test_columns_that_one_may_not_read_are_not_in_the_past_either(
    sign_in: SignIn, clerk: AdminUser, ann: Contact
) -> None:
    then = page(sign_in(clerk), ann, "2026-05-02")
    assert "CTO" in then
    for hidden in ("secret@x.example", "E-mail", "Cold"):
        assert hidden not in then
    assert set(contact_as_of(ann.pk, START, Access.of(clerk)).values) == {
        *("id", "first_name", "last_name", "title", "company", "country")
    }


def test_before_it_was_there_and_while_it_was_in_the_trash_it_says_so(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, ann: Contact
) -> None:
    client = sign_in(manager)
    assert "was not here yet" in page(client, ann, "2026-04-30")
    with operation(Operation.Kind.DELETE, access=Access.of(manager)) as deleting:
        delete_contacts([ann.pk], access=Access.of(manager))
    done_at(datetime(2026, 5, 6, tzinfo=UTC), deleting)
    assert "was in the trash" in page(client, ann, "2026-05-06")
    assert "CEO" in page(client, ann, "2026-05-05")
    # Of what is in the trash, others see nothing.
    assert sign_in(user).get(f"/contacts/{ann.pk}/?as_of=2026-05-05").status_code == 404


@pytest.mark.parametrize(
    "day", ["yesterday", "2026-13-01", "", "0000-00-00", "2026-05-02\0", "9999-12-31", "0001-01-01"]
)
def test_what_is_no_day_of_the_past_does_not_break_the_page(
    sign_in: SignIn, manager: AdminUser, ann: Contact, day: str
) -> None:
    assert sign_in(manager).get(f"/contacts/{ann.pk}/", {"as_of": day}).status_code == 200


def test_a_contact_that_never_was_is_not_found(sign_in: SignIn, manager: AdminUser) -> None:
    assert sign_in(manager).get("/contacts/999999/?as_of=2026-05-02").status_code == 404
