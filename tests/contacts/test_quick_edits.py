"""Stage, owner, tags and last contacted, changed on the record itself: each one operation with its undo."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.cleaning import MAX_LIST_ITEMS
from apps.contacts.models import Change, Contact, Operation
from apps.contacts.operations import edit_contact, retag_contact
from apps.contacts.seen_versions import sealed_version

type SignIn = Callable[[AdminUser], Client]
type MakeContact = Callable[..., Contact]


@pytest.fixture
def ann(make_contact: MakeContact) -> Contact:
    return make_contact(first_name="Ann", stage="Cold", tags=["Speaker"])


def send(client: Client, contact: Contact, **data: Any) -> str:
    data = {"version": sealed_version(contact.pk, contact.version), **data}
    answer = client.post(f"/contacts/{contact.pk}/quick/", data, follow=True)
    assert answer.status_code == 200
    contact.refresh_from_db()
    return answer.content.decode()


def test_each_is_an_operation_that_the_message_takes_back(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, ann: Contact
) -> None:
    client = sign_in(manager)
    for data, name, value in (
        ({"field": "stage", "value": "Hot"}, "stage", "Hot"),
        ({"field": "owner", "value": str(user.pk)}, "owner", user),
        ({"field": "tags", "add": "Investor, speaker , "}, "tags", ["Speaker", "Investor"]),
        ({"field": "tags", "remove": "Speaker"}, "tags", ["Investor"]),
        ({"field": "stage", "value": ""}, "stage", ""),
    ):
        page = send(client, ann, **data)
        assert getattr(ann, name) == value
        operation = Operation.objects.order_by("-pk")[0]
        assert f'action="/contacts/{ann.pk}/history/{operation.pk}/undo/"' in page
        assert Change.objects.filter(operation=operation).count() == 1
    client.post(f"/contacts/{ann.pk}/history/{operation.pk}/undo/")
    ann.refresh_from_db()
    assert ann.stage == "Hot"


def test_contacted_today_is_now(sign_in: SignIn, user: AdminUser, ann: Contact) -> None:
    send(sign_in(user), ann, field="last_contacted_at")
    assert ann.last_contacted_at is not None
    assert datetime.now(UTC) - ann.last_contacted_at < timedelta(minutes=1)


def test_what_is_so_already_is_no_change(sign_in: SignIn, user: AdminUser, ann: Contact) -> None:
    client = sign_in(user)
    for data in ({"field": "stage", "value": "Cold"}, {"field": "tags", "add": "SPEAKER"}):
        assert "Nothing was changed." in send(client, ann, **data)
    assert ann.version == 1


def test_what_somebody_else_set_meanwhile_is_not_overwritten(
    sign_in: SignIn, user: AdminUser, manager: AdminUser, ann: Contact
) -> None:
    edit_contact(ann.pk, access=Access.of(manager), values={"stage": "Warm"}, seen_version=1)
    page = send(sign_in(user), ann, field="stage", value="Hot")
    assert "Max Manager set Stage to “Warm” meanwhile" in page
    assert ann.stage == "Warm"


@pytest.mark.parametrize(
    "field", ["stage", "owner", "tags", "last_contacted_at", "email", "title", "nosuch", ""]
)
def test_what_one_may_not_edit_is_like_what_does_not_exist(
    sign_in: SignIn, clerk: AdminUser, ann: Contact, field: str
) -> None:
    data = {"field": field, "value": "Hot", "add": "New"}
    assert sign_in(clerk).post(f"/contacts/{ann.pk}/quick/", data).status_code == 404
    ann.refresh_from_db()
    assert ann.version == 1


def test_the_record_offers_only_what_one_may_edit(
    sign_in: SignIn, clerk: AdminUser, user: AdminUser, ann: Contact
) -> None:
    assert "/quick/" not in sign_in(clerk).get(f"/contacts/{ann.pk}/").content.decode()
    user.column_rights = {"first_name": "read", "tags": "edit"}
    user.save()
    page = sign_in(user).get(f"/contacts/{ann.pk}/").content.decode()
    assert "Add a tag" in page
    assert "Contacted today" not in page
    assert 'name="field" value="owner"' not in page


def test_an_owner_must_be_somebody_who_works_here(
    sign_in: SignIn, user: AdminUser, manager: AdminUser, ann: Contact
) -> None:
    AdminUser.objects.filter(pk=manager.pk).update(is_active=False)
    client = sign_in(user)
    for value in (str(manager.pk), "0", "x", "9" * 30):
        assert "Nobody who can own a contact was chosen." in send(client, ann, field="owner", value=value)
    assert ann.owner is None


def test_of_a_contact_that_is_gone_nothing_is_found(sign_in: SignIn, user: AdminUser) -> None:
    answer = sign_in(user).post("/contacts/999999/quick/", {"field": "tags", "add": "x"})
    assert answer.status_code == 404


def test_no_more_tags_than_a_form_takes(sign_in: SignIn, user: AdminUser, ann: Contact) -> None:
    client = sign_in(user)
    send(client, ann, field="tags", add=",".join(f"a{number}" for number in range(MAX_LIST_ITEMS - 1)))
    assert len(ann.tags) == MAX_LIST_ITEMS
    page = send(client, ann, field="tags", add="one more")
    assert "These are 1,001 items, and at most 1,000 fit." in page
    assert len(ann.tags) == MAX_LIST_ITEMS


@pytest.mark.django_db(transaction=True)
def test_two_who_tag_at_once_lose_nothing(user: AdminUser, manager: AdminUser, ann: Contact) -> None:
    start = Barrier(2)

    def tag(person: AdminUser, name: str) -> None:
        start.wait(10)
        retag_contact(ann.pk, access=Access.of(person), add=[name])
        connection.close()

    taggers = [Thread(target=tag, args=each) for each in ((user, "Investor"), (manager, "Press"))]
    for tagger in taggers:
        tagger.start()
    for tagger in taggers:
        tagger.join(20)
    ann.refresh_from_db()
    assert sorted(ann.tags) == ["Investor", "Press", "Speaker"]
