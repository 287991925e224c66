"""Invitations: one use, seven days, a key that is nowhere, and what ends one."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.access import Access
from apps.accounts.columns import default_rights
from apps.accounts.invitations.keys import Purpose, invitation_key
from apps.accounts.invitations.operations import (
    InvitationGone,
    NewPerson,
    accept_invitation,
    find_invited,
    invite_person,
    send_invitation_again,
)
from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.people.activity import deactivate_person, reactivate_person
from apps.accounts.people.editing import edit_person
from apps.accounts.people.refusals import AddressTaken, Refused
from apps.accounts.people.status import Status, status_of
from apps.accounts.security_log.log import Kind
from apps.accounts.security_log.models import SecurityEvent
from apps.users.forms import values_of
from tests.mail_jobs import link_in_last_mail, send_waiting_mails, waiting_mails

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"
ORIGIN = "https://crm.example"


def new(email: str = "ivy@staff.example", **values) -> NewPerson:
    return NewPerson(**{"email": email, "name": "Ivy", "role": "user", "download_limit": 100, **values})


@pytest.fixture
def ivy(admin) -> AdminUser:
    return invite_person(new(), access=Access.of(admin), origin=ORIGIN)


def fresh(person: AdminUser) -> AdminUser:
    return AdminUser.objects.get(pk=person.pk)


def fill_in(client: Client, password: str = PASSWORD, again: str | None = None, name: str = "Ivy Invited"):
    return client.post(
        "/invitation/welcome/", {"name": name, "password1": password, "password2": again or password}
    )


def test_an_invitation_is_mailed_and_lets_in_once(ivy, client):
    assert status_of(ivy) is Status.INVITED
    assert send_waiting_mails() == 1
    sent: Any = mail.outbox[-1]
    assert sent.to == ["ivy@staff.example"]
    assert sent.subject == "Ada Admin invites you to Appointment360"
    assert sent.alternatives[0][1] == "text/html"
    assert link_in_last_mail() in sent.alternatives[0][0]

    answer = client.get(link_in_last_mail())
    assert (answer.status_code, answer["Location"]) == (302, "/invitation/welcome/")
    page = client.get("/invitation/welcome/").content.decode()
    assert "ivy@staff.example" in page
    answer = fill_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/contacts/").status_code == 200

    person = fresh(ivy)
    assert (person.name, status_of(person)) == ("Ivy Invited", Status.ACTIVE)
    assert authenticate(email="ivy@staff.example", password=PASSWORD) == person
    late = Client()
    assert "no longer works" in late.get(link_in_last_mail()).content.decode()
    assert "no longer works" in fill_in(late).content.decode()
    events = SecurityEvent.objects.filter(kind=Kind.INVITATION_ACCEPTED)
    assert [(event.actor_id, event.subject_id) for event in events] == [(person.pk, person.pk)]


def test_the_key_stands_in_no_table_and_in_no_address_of_the_form(ivy, client):
    _, _, args = waiting_mails()[0]
    key = invitation_key(fresh(ivy))
    assert key not in str(args)
    assert client.get(f"/invitation/{key}/").status_code == 302
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{key}%"])
            assert cursor.fetchone() == (0,), table
    assert key not in str(dict(client.session))  # whose table holds it packed
    kept = client.session["invitation_key"]
    assert "no longer works" in Client().get(f"/invitation/{kept}/").content.decode()
    page = client.get("/invitation/welcome/")
    assert key not in page.content.decode()
    assert "no-store" in page["Cache-Control"]


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(
            lambda ivy, access: send_invitation_again(ivy.pk, access=access, origin=ORIGIN), id="sent again"
        ),
        pytest.param(lambda ivy, access: deactivate_person(ivy.pk, access=access), id="withdrawn"),
        pytest.param(
            lambda ivy, access: edit_person(
                ivy.pk,
                access=access,
                shown=values_of(ivy),
                wanted={**values_of(ivy), "email": "eve@staff.example"},
                origin=ORIGIN,
            ),
            id="another address",
        ),
        pytest.param(
            lambda ivy, access: accept_invitation(
                invitation_key(ivy, Purpose.FORM), name="I", password=PASSWORD
            ),
            id="accepted",
        ),
        pytest.param(
            lambda ivy, access: AdminUser.objects.filter(pk=ivy.pk).update(
                invited_at=timezone.now() - timedelta(days=7)
            ),
            id="too old",
        ),
    ],
)
def test_what_ends_an_invitation(admin, ivy, client, end):
    key = invitation_key(fresh(ivy))
    of_the_form = invitation_key(fresh(ivy), Purpose.FORM)
    assert find_invited(key) == find_invited(of_the_form, Purpose.FORM) == ivy
    end(fresh(ivy), Access.of(admin))
    with pytest.raises(InvitationGone):
        find_invited(key)
    with pytest.raises(InvitationGone):
        accept_invitation(of_the_form, name="", password=PASSWORD)
    assert "This invitation no longer works" in client.get(f"/invitation/{key}/").content.decode()


def test_a_day_before_it_is_over_an_invitation_still_works(ivy):
    AdminUser.objects.filter(pk=ivy.pk).update(invited_at=timezone.now() - timedelta(days=6, hours=23))
    assert find_invited(invitation_key(fresh(ivy))) == ivy
    AdminUser.objects.filter(pk=ivy.pk).update(invited_at=timezone.now() - timedelta(days=8))
    assert status_of(fresh(ivy)) is Status.EXPIRED


@pytest.mark.parametrize(
    "key", ["x", "welcome", "1-", "-", "zzzzzzzzzzzzzzzz-abc", "1-" + "0" * 64, "é-ü", "a" * 3000]
)
def test_garbage_opens_one_clear_page(db, client, key):
    answer = client.get(f"/invitation/{key}/")
    assert answer.status_code == 200
    assert "This invitation no longer works" in answer.content.decode()


def test_a_key_signed_for_somebody_else_is_garbage(admin, ivy):
    other = invite_person(new("eve@staff.example"), access=Access.of(admin), origin=ORIGIN)
    forged = re.sub("^[^-]+", invitation_key(ivy).split("-")[0], invitation_key(other))
    with pytest.raises(InvitationGone):
        find_invited(forged)


def test_a_mail_of_an_invitation_that_was_sent_again_is_not_sent_twice(admin, ivy):
    again = send_invitation_again(ivy.pk, access=Access.of(admin), origin=ORIGIN)
    assert len(waiting_mails()) == 2
    assert send_waiting_mails() == 1
    assert link_in_last_mail() == f"/invitation/{invitation_key(fresh(again))}/"


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("short", "short", "too short"),
        (PASSWORD, "another good password", "The two passwords differ."),
        ("password12345", "password12345", "too common"),
        ("ivy@staff.example", "ivy@staff.example", "too similar"),
    ],
)
def test_a_password_that_will_not_do_is_refused_and_the_link_lives_on(ivy, client, first, second, words):
    client.get(f"/invitation/{invitation_key(fresh(ivy))}/")
    assert words in fill_in(client, first, second).content.decode()
    assert fill_in(client).status_code == 302


def test_who_comes_in_chooses_a_name_and_a_password_and_nothing_else(ivy, client):
    kept = (
        "email",
        "role",
        "is_active",
        "download_limit",
        "capability_overrides",
        "column_rights",
        "created_by_id",
    )
    before = {name: getattr(fresh(ivy), name) for name in kept}
    client.get(f"/invitation/{invitation_key(fresh(ivy))}/")
    smuggled = {
        "email": "eve@x.example",
        "role": "admin",
        "download_limit": "-1",
        "is_staff": "1",
        "column_rights": "{}",
    }
    filled = {"name": "Ivy", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/invitation/welcome/", {**smuggled, **filled}).status_code == 302
    assert {name: getattr(fresh(ivy), name) for name in kept} == before


def test_looking_at_the_link_uses_nothing_up(ivy):
    """As programs do that look through mails."""
    key = invitation_key(fresh(ivy))
    for _ in range(3):
        client = Client()
        client.get(f"/invitation/{key}/")
        client.head("/invitation/welcome/")
    assert find_invited(key) == ivy


def test_who_is_signed_in_as_somebody_else_is_signed_out(sign_in, admin, ivy):
    client = sign_in(admin)
    client.get(f"/invitation/{invitation_key(fresh(ivy))}/")
    assert "You are signed in as Ada Admin." in client.get("/invitation/welcome/").content.decode()
    assert fill_in(client).status_code == 302
    assert client.get("/users/").status_code == 403  # Ivy is no admin
    assert "Ivy Invited" in client.get("/contacts/").content.decode()


def test_tries_are_limited(ivy, client, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "reset": {"address": (3, 60)}}
    assert [fill_in(client).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_who_comes_by_another_way_has_accepted(ivy, sign_in):
    """As by a single sign-on."""
    sign_in(fresh(ivy))
    assert status_of(fresh(ivy)) is Status.ACTIVE
    assert SecurityEvent.objects.filter(kind=Kind.INVITATION_ACCEPTED, subject_id=ivy.pk).count() == 1


def test_new_people_have_the_rights_of_their_role_or_those_of_somebody(admin, clerk):
    access = Access.of(admin)
    assert invite_person(new(), access=access, origin=ORIGIN).column_rights == default_rights()
    RolePolicy.objects.create(role="user", column_rights={"first_name": "read"})
    by_role = invite_person(new("b@staff.example"), access=access, origin=ORIGIN)
    assert by_role.column_rights == {"first_name": "read"}
    copied = invite_person(
        new("c@staff.example", column_rights=clerk.column_rights), access=access, origin=ORIGIN
    )
    assert copied.column_rights == clerk.column_rights
    assert (copied.created_by_id, copied.download_limit) == (admin.pk, 100)


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (lambda person: {}, "was already invited"),
        (lambda person: {"invited_at": timezone.now() - timedelta(days=8)}, "the invitation has expired"),
        (lambda person: {"invited_at": None}, "signs in with ivy@staff.example already"),
        (lambda person: {"invited_at": None, "is_active": False}, "Reactivate them instead"),
    ],
)
def test_an_address_that_is_here_is_said_to_be_with_what_to_do(admin, ivy, prepare, words):
    AdminUser.objects.filter(pk=ivy.pk).update(**{"name": "Ivy", **prepare(ivy)})
    with pytest.raises(AddressTaken, match=words) as refusal:
        invite_person(new(" IVY@Staff.example "), access=Access.of(admin), origin=ORIGIN)
    assert refusal.value.person_id == ivy.pk
    assert AdminUser.objects.filter(email="ivy@staff.example").count() == 1


def test_only_one_who_waits_is_invited_again(admin, user, ivy):
    with pytest.raises(Refused, match="No invitation of Uma User waits"):
        send_invitation_again(user.pk, access=Access.of(admin), origin=ORIGIN)
    deactivate_person(ivy.pk, access=Access.of(admin))
    with pytest.raises(Refused):
        send_invitation_again(ivy.pk, access=Access.of(admin), origin=ORIGIN)


def test_who_never_came_is_invited_again_when_reactivated(admin, ivy):
    deactivate_person(ivy.pk, access=Access.of(admin))
    send_waiting_mails()
    person = reactivate_person(ivy.pk, access=Access.of(admin), origin=ORIGIN)
    assert status_of(person) is Status.INVITED
    assert send_waiting_mails() == 1


def test_a_new_address_of_who_is_invited_gets_a_new_link(admin, ivy):
    send_waiting_mails()
    shown = values_of(fresh(ivy))
    edit_person(
        ivy.pk,
        access=Access.of(admin),
        shown=shown,
        wanted={**shown, "email": "eve@staff.example"},
        origin=ORIGIN,
    )
    assert send_waiting_mails() == 1
    assert mail.outbox[-1].to == ["eve@staff.example"]
    assert find_invited(link_in_last_mail().split("/")[2]) == ivy


def test_the_queue_is_asked_for_invitations_only_by_who_may(user, sign_in):
    assert sign_in(user).post("/users/new/", {"email": "x@x.example"}).status_code == 403
    assert not waiting_mails()


def test_who_is_no_admin_invites_nobody_who_sees_more_than_they_do(admin, manager):
    """Else they would see a hidden column through an account that they make for themself."""
    own = {"first_name": "edit", "title": "read"}
    AdminUser.objects.filter(pk=manager.pk).update(
        column_rights=own, capability_overrides={"manage_users": True}
    )
    RolePolicy.objects.create(role="user", column_rights={"title": "edit", "email": "read"})
    by_role = invite_person(new(), access=Access.of(fresh(manager)), origin=ORIGIN)
    assert by_role.column_rights == {"title": "read"}
    named = new("b@staff.example", column_rights={"first_name": "edit", "email": "edit"})
    assert invite_person(named, access=Access.of(fresh(manager)), origin=ORIGIN).column_rights == {
        "first_name": "edit"
    }
