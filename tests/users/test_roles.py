"""A second factor that a role requires: who is stopped, when, and how an admin decides it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from django.test import Client
from django.urls import reverse

from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.two_factor.operations import add_authenticator_app
from apps.accounts.two_factor.requirement import set_role_requirement
from tests.contacts.test_gate import FOR_EVERYBODY, GET_STATUS, OPEN_WITHOUT_FACTOR

type SignIn = Callable[[AdminUser], Client]
SETUP = "/profile/two-factor/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def require(role: str) -> None:
    RolePolicy.objects.update_or_create(role=role, defaults={"requires_two_factor": True})


def decide(client: Client, role: str, answer: str = "yes") -> int:
    return client.post("/users/roles/", {"role": role, "requires_two_factor": answer}).status_code


def give_factor(person: AdminUser) -> None:
    add_authenticator_app(person, secret=SECRET, used_step=1, session_key="")


def test_an_admin_requires_one_of_a_role_and_no_longer(
    admin: AdminUser, user: AdminUser, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    assert "Nobody has this role now" in client.get("/users/roles/").content.decode()
    assert decide(client, "user") == 302
    page = client.get("/users/roles/").content.decode()
    assert "1 person has none yet" in page
    assert "The role User requires a second factor from now on." in page
    assert decide(client, "user") == 302  # once more changes nothing
    assert decide(client, "user", "no") == 302
    events = SecurityEvent.objects.filter(kind="role_policy_changed").order_by("pk")
    assert [(event.actor_id, event.details) for event in events] == [
        (admin.pk, {"role": "user", "requires_two_factor": True}),
        (admin.pk, {"role": "user", "requires_two_factor": False}),
    ]


def test_what_else_is_decided_for_the_role_stays(admin: AdminUser) -> None:
    RolePolicy.objects.create(role="user", column_rights={"title": "read"})
    set_role_requirement(AdminUser.Role.USER, is_required=True, actor=admin)
    assert RolePolicy.objects.get().column_rights == {"title": "read"}


def test_an_admin_without_one_cannot_require_it_of_admins(admin: AdminUser, sign_in: SignIn) -> None:
    client = sign_in(admin)
    answer = client.post("/users/roles/", {"role": "admin", "requires_two_factor": "yes"})
    assert answer.status_code == 409
    assert "You have no second factor yourself" in answer.content.decode()
    assert "/profile/security/" in answer.content.decode()
    assert not RolePolicy.objects.filter(requires_two_factor=True).exists()
    give_factor(admin)
    assert decide(sign_in(admin), "admin") == 302
    assert RolePolicy.objects.filter(role="admin", requires_two_factor=True).exists()


@pytest.mark.parametrize(("role", "answer"), [("boss", "yes"), ("user", "perhaps"), ("", "")])
def test_nonsense_decides_nothing(admin: AdminUser, sign_in: SignIn, role: str, answer: str) -> None:
    assert decide(sign_in(admin), role, answer) == 400
    assert not RolePolicy.objects.exists()


def arguments_of(name: str) -> dict[str, object]:
    from tests.contacts.test_gate import patterns

    pattern = next(each for each in patterns() if each.name == name)
    return {key: "title" if key == "field" else 1 for key in pattern.pattern.regex.groupindex}


@pytest.mark.parametrize("name", sorted(set(GET_STATUS) - OPEN_WITHOUT_FACTOR))
def test_who_has_none_gets_to_the_set_up_and_nowhere_else(
    admin: AdminUser, sign_in: SignIn, name: str
) -> None:
    require("admin")
    client = sign_in(admin)
    address = reverse(name, kwargs=arguments_of(name))
    for answer in (client.get(address), client.post(address)):
        if answer.status_code != 405:
            assert (answer.status_code, answer["Location"][: len(SETUP)]) == (302, SETUP)


def test_a_fragment_sends_the_whole_page_there(user: AdminUser, sign_in: SignIn) -> None:
    require("user")
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/contacts/?q=a"}
    answer = sign_in(user).get("/contacts/", headers=headers)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == f"{SETUP}?next=%2Fcontacts%2F%3Fq%3Da"


@pytest.mark.parametrize("name", sorted(OPEN_WITHOUT_FACTOR & FOR_EVERYBODY))
def test_the_way_to_one_is_open(user: AdminUser, sign_in: SignIn, name: str) -> None:
    require("user")
    assert sign_in(user).get(reverse(name)).status_code == 200


def test_signing_out_is_open(user: AdminUser, sign_in: SignIn) -> None:
    require("user")
    assert sign_in(user).post("/logout/")["Location"] == "/login/"


def test_who_has_one_works_on(user: AdminUser, sign_in: SignIn) -> None:
    require("user")
    give_factor(user)
    client = sign_in(user)
    assert client.get("/contacts/").status_code == 200
    assert client.get(SETUP)["Location"] == "/profile/security/"


def test_recovery_codes_alone_are_no_second_factor(user: AdminUser, sign_in: SignIn) -> None:
    require("user")
    Authenticator.objects.create(user=user, type="recovery_codes", data={})
    assert sign_in(user).get("/contacts/").status_code == 302


def test_other_roles_are_left_alone(user: AdminUser, manager: AdminUser, sign_in: SignIn) -> None:
    require("manager")
    assert sign_in(user).get("/contacts/").status_code == 200
    assert sign_in(manager).get("/contacts/").status_code == 302


def test_who_gets_the_role_later_is_stopped_too(user: AdminUser, sign_in: SignIn) -> None:
    require("manager")
    client = sign_in(user)
    AdminUser.objects.filter(pk=user.pk).update(role="manager")
    assert client.get("/contacts/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_a_thousand_requests_after_the_decision_none_gets_through(
    admin: AdminUser, user: AdminUser, sign_in: SignIn
) -> None:
    threads, asked = 4, 250
    decided = Event()

    def ask(_number: int) -> list[int]:
        client = sign_in(user)
        while not decided.is_set():
            assert client.get("/profile/sessions/").status_code in {200, 302}
        answers = [client.get("/profile/sessions/").status_code for _ in range(asked)]
        connections.close_all()
        return answers

    with ThreadPoolExecutor(threads) as pool:
        running = [pool.submit(ask, number) for number in range(threads)]
        set_role_requirement(AdminUser.Role.USER, is_required=True, actor=admin)
        decided.set()
        answers = [status for each in running for status in each.result(timeout=120)]
    assert (len(answers), set(answers)) == (1000, {302})


@pytest.mark.parametrize("role", ["admin", "manager", "user"])
def test_who_manages_users_without_being_an_admin_decides_for_no_role(
    manager: AdminUser, sign_in: SignIn, role: str
) -> None:
    AdminUser.objects.filter(pk=manager.pk).update(capability_overrides={"manage_users": True})
    give_factor(manager)
    for wanted in ("yes", "no"):
        RolePolicy.objects.update_or_create(role=role, defaults={"requires_two_factor": wanted == "no"})
        assert decide(sign_in(manager), role, wanted) == 302
        assert RolePolicy.objects.get(role=role).requires_two_factor == (wanted == "no")
