"""Where a role requires a second factor, no way of coming in goes around it, whatever the order."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.invitations.keys import invitation_key
from apps.accounts.invitations.operations import NewPerson, invite_person
from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.reset_links import reset_path
from apps.accounts.second_factors import reset_second_factors
from tests.accounts.two_factor.conftest import PASSWORD, code
from tests.mail_jobs import send_waiting_mails

pytestmark = pytest.mark.django_db
NEW = {"password1": "a whole new battery", "password2": "a whole new battery"}
ELSEWHERE = ("/contacts/", "/profile/", "/profile/email/", "/profile/password/", "/profile/sessions/", "/")


@pytest.fixture
def required() -> None:
    for role in ("user", "manager"):
        RolePolicy.objects.create(role=role, requires_two_factor=True)


def is_led_to_set_one_up(client: Client) -> bool:
    return all(str(client.get(path).get("Location")).startswith("/profile/two-factor/") for path in ELSEWHERE)


def give_password(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/login/", {"login": "max@staff.example", "password": password})


def reset(person: AdminUser) -> Client:
    client = Client()
    form = client.get(reset_path(AdminUser.objects.get(pk=person.pk)))["Location"]
    assert client.post(form, NEW).status_code == 302
    return client


def test_an_invitation_leads_to_setting_one_up(required: None, admin: AdminUser, client: Client) -> None:
    new = NewPerson(email="ivy@staff.example", name="Ivy", role="user", download_limit=1)
    ivy = invite_person(new, access=Access.of(admin), origin="https://crm.example")
    client.get(f"/invitation/{invitation_key(ivy)}/")
    form = {"name": "Ivy", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/invitation/welcome/", form).status_code == 302
    assert is_led_to_set_one_up(client)


def test_a_new_password_by_mail_leads_to_the_factor_one_has_or_to_setting_one_up(
    required: None, manager: AdminUser, recovery_codes: list[str]
) -> None:
    client = reset(manager)
    assert client.get("/contacts/")["Location"].startswith("/login/")
    assert give_password(client, NEW["password1"])["Location"] == "/login/two-factor/"
    assert client.get("/contacts/")["Location"].startswith("/login/")
    reset_second_factors(manager, actor_id=None)
    give_password(client, NEW["password1"])
    assert is_led_to_set_one_up(client)


def test_a_session_from_before_is_led_there_with_the_next_click(
    manager: AdminUser, sign_in: Callable[[AdminUser], Client]
) -> None:
    client = sign_in(manager)
    assert client.get("/contacts/").status_code == 200
    RolePolicy.objects.create(role="manager", requires_two_factor=True)
    assert is_led_to_set_one_up(client)
    client.post("/reauthenticate/", {"password": PASSWORD})
    assert is_led_to_set_one_up(client)


def test_so_is_who_gets_a_role_that_requires_one(
    required: None, admin: AdminUser, other_admin: AdminUser, sign_in: Callable[[AdminUser], Client]
) -> None:
    client = sign_in(admin)
    assert client.get("/contacts/").status_code == 200
    AdminUser.objects.filter(pk=admin.pk).update(role="manager")
    assert is_led_to_set_one_up(client)


def test_who_looks_as_somebody_else_is_led_there_too(
    user: AdminUser, admin: AdminUser, sign_in: Callable[[AdminUser], Client]
) -> None:
    client = sign_in(admin)
    assert client.post(f"/users/{user.pk}/see-as/").status_code == 302
    RolePolicy.objects.create(role="admin", requires_two_factor=True)
    assert client.get("/contacts/")["Location"].startswith("/profile/two-factor/")


def test_a_half_done_sign_in_is_worth_nothing_after_a_new_password(
    manager: AdminUser, recovery_codes: list[str]
) -> None:
    waiting = Client()
    assert give_password(waiting)["Location"] == "/login/two-factor/"
    reset(manager)
    waiting.post("/login/two-factor/", {"code": code()})
    assert waiting.get("/contacts/").status_code == 302


@pytest.mark.parametrize(
    "name", ["Max\r\nBcc: spy@evil.example", "Max\nX: y", '<img src=x onerror="1">', "Max\u2028Bcc"]
)
def test_a_name_is_no_header_and_no_markup_in_a_mail(
    name: str, admin: AdminUser, mailoutbox: list[Any]
) -> None:
    AdminUser.objects.filter(pk=admin.pk).update(name=name)
    new = NewPerson(email="ivy@staff.example", name=name, role="user", download_limit=1)
    invite_person(new, access=Access.of(AdminUser.objects.get(pk=admin.pk)), origin="https://crm.example")
    assert send_waiting_mails() == 1
    message = mailoutbox[-1].message()
    assert message["To"] == "ivy@staff.example"
    assert message["Bcc"] is None
    assert message["X"] is None
    assert "<img" not in str(mailoutbox[-1].alternatives[0][0])
