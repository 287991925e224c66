"""A hundred clicks at once: one person, one acceptance."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.invitations.keys import Purpose, invitation_key
from apps.accounts.invitations.operations import (
    InvitationGone,
    NewPerson,
    accept_invitation,
    invite_person,
)
from apps.accounts.models import AdminUser
from apps.accounts.people.refusals import AddressTaken
from tests.mail_jobs import waiting_mails

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS = 100


def at_once(act) -> Counter[str]:
    def closed(number: int) -> str:
        try:
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(closed, range(CLICKS)))


def test_a_hundred_invitations_of_one_address_make_one_person(admin):
    new = NewPerson(email="ivy@staff.example", name="Ivy", role="user", download_limit=100)
    access = Access.of(admin)

    def invite(_number: int) -> str:
        try:
            invite_person(new, access=access, origin="https://crm.example")
        except AddressTaken:
            return "taken"
        return "invited"

    assert at_once(invite) == {"invited": 1, "taken": CLICKS - 1}
    assert AdminUser.objects.filter(email="ivy@staff.example").count() == 1
    assert len(waiting_mails()) == 1


def test_a_hundred_acceptances_of_one_link_are_one(admin):
    new = NewPerson(email="ivy@staff.example", name="Ivy", role="user", download_limit=100)
    person = invite_person(new, access=Access.of(admin), origin="https://crm.example")
    key = invitation_key(AdminUser.objects.get(pk=person.pk), Purpose.FORM)

    def accept(number: int) -> str:
        try:
            accept_invitation(key, name=f"Ivy {number}", password=f"a password of number {number}")
        except InvitationGone:
            return "gone"
        return "in"

    assert at_once(accept) == {"in": 1, "gone": CLICKS - 1}
    winner = AdminUser.objects.get(pk=person.pk)
    assert winner.check_password(f"a password of number {winner.name.removeprefix('Ivy ')}")


def test_two_browsers_with_one_link_are_not_both_let_in(admin):
    new = NewPerson(email="ivy@staff.example", name="Ivy", role="user", download_limit=100)
    person = invite_person(new, access=Access.of(admin), origin="https://crm.example")
    key = invitation_key(AdminUser.objects.get(pk=person.pk))
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.get(f"/invitation/{key}/")
    filled = {
        "name": "Ivy",
        "password1": "correct horse battery staple",
        "password2": "correct horse battery staple",
    }
    answers = [browser.post("/invitation/welcome/", filled).status_code for browser in browsers]
    assert answers == [302, 200]
    assert [browser.get("/contacts/").status_code for browser in browsers] == [200, 302]
