"""What somebody does with their own second factors, and what that leaves behind."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.second_factors import people_with_second_factor, reset_second_factors
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.tasks import send_two_factor_mail
from apps.accounts.two_factor.operations import (
    FactorRefused,
    add_authenticator_app,
    add_passkey,
    make_recovery_codes,
    remove_factor,
)
from tests.accounts.two_factor.conftest import PASSWORD, SECRET, code, factors_of, is_in, wrong_code
from tests.workers import rows

type SignIn = Callable[[AdminUser], Client]


def app_of(person: AdminUser) -> int:
    return Authenticator.objects.get(user=person, type="totp").pk


def events_of(person: AdminUser) -> list[tuple[str, dict[str, Any]]]:
    rows = SecurityEvent.objects.filter(subject_id=person.pk).order_by("pk")
    return [(row.kind, row.details) for row in rows if row.kind.startswith(("two_", "recovery_", "reauth"))]


def last_proof_was_long_ago(client: Client) -> None:
    session = client.session
    session["signed_in_at"] = int(time.time()) - 3000
    session.pop("confirmed_at", None)
    session.save()


def test_an_app_is_set_up_with_its_code_and_gives_recovery_codes_once(
    manager: AdminUser, sign_in: SignIn
) -> None:
    here, there = sign_in(manager), sign_in(manager)
    page = here.get("/profile/two-factor/app/")
    secret = page.context["secret"].replace(" ", "")
    assert f"secret={secret}" in page.context["address"]
    assert page.context["picture"].startswith("data:image/svg+xml;base64,")
    assert here.post("/profile/two-factor/app/", {"code": wrong_code()}).status_code == 200
    assert factors_of(manager) == []

    shown = here.post("/profile/two-factor/app/", {"code": code(secret)})
    assert len(shown.context["codes"]) == 10
    assert factors_of(manager) == ["recovery_codes", "totp"]
    assert is_in(here)
    assert not is_in(there)
    assert events_of(manager) == [("two_factor_added", {"factor": "totp"})]
    assert shown.context["codes"][0] not in here.get("/profile/security/").content.decode()


def test_each_change_is_told_by_mail(manager: AdminUser, mailoutbox: list[Any]) -> None:
    AdminUser.objects.filter(pk=manager.pk).update(time_zone="Asia/Kolkata")
    add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")
    make_recovery_codes(manager, session_key="")
    remove_factor(manager, app_of(manager), session_key="")
    reset_second_factors(manager, actor_id=None)
    for (arguments,) in rows("SELECT args FROM procrastinate_jobs ORDER BY id"):
        send_two_factor_mail.function(None, **json.loads(arguments)["arguments"])
    assert [mail.subject for mail in mailoutbox] == [
        "An authenticator app was added",
        "New recovery codes were made",
        "An authenticator app was removed",
        "Your second factors were reset",
    ]
    assert all(mail.to == [manager.email] and "Was it you?" in mail.body for mail in mailoutbox)
    assert all("(Asia/Kolkata)" in mail.body for mail in mailoutbox)
    assert all(mail.alternatives[0].mimetype == "text/html" for mail in mailoutbox)


def test_a_second_app_is_refused(recovery_codes: list[str], manager: AdminUser) -> None:
    with pytest.raises(FactorRefused, match="set up already"):
        add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")


def test_the_last_factor_takes_the_recovery_codes_along(
    recovery_codes: list[str], manager: AdminUser
) -> None:
    assert remove_factor(manager, app_of(manager), session_key="")
    assert factors_of(manager) == []
    assert events_of(manager)[-1] == ("two_factor_removed", {"factor": "totp"})


def test_the_only_factor_stays_where_the_role_requires_one(
    recovery_codes: list[str], manager: AdminUser, sign_in: SignIn
) -> None:
    RolePolicy.objects.create(role="manager", requires_two_factor=True)
    client = sign_in(manager)
    answer = client.post(f"/profile/two-factor/{app_of(manager)}/remove/", follow=True)
    assert "Your role requires a second factor. Add another one" in answer.content.decode()
    assert factors_of(manager) == ["recovery_codes", "totp"]


def test_new_recovery_codes_replace_the_old_ones(
    recovery_codes: list[str], manager: AdminUser, sign_in: SignIn
) -> None:
    shown = sign_in(manager).post("/profile/two-factor/codes/").context["codes"]
    assert len(shown) == 10
    assert not set(shown) & set(recovery_codes)
    assert Authenticator.objects.filter(user=manager, type="recovery_codes").count() == 1
    assert events_of(manager)[-1][0] == "recovery_codes_made"


def test_recovery_codes_alone_are_not_given_out(manager: AdminUser, sign_in: SignIn) -> None:
    answer = sign_in(manager).post("/profile/two-factor/codes/", follow=True)
    assert "Add one first" in answer.content.decode()
    assert factors_of(manager) == []


def test_nobody_touches_the_factors_of_others(
    recovery_codes: list[str], manager: AdminUser, user: AdminUser, sign_in: SignIn
) -> None:
    client = sign_in(user)
    assert client.post(f"/profile/two-factor/{app_of(manager)}/remove/").status_code == 404
    passkey = Authenticator.objects.create(user=manager, type="webauthn", data={"name": "Mine"})
    assert client.get(f"/profile/two-factor/{passkey.pk}/name/").status_code == 404
    assert client.post(f"/profile/two-factor/{passkey.pk}/name/", {"name": "Yours"}).status_code == 404
    passkey.refresh_from_db()
    assert passkey.data == {"name": "Mine"}


def test_a_passkey_is_added_once(manager: AdminUser) -> None:
    credential = {"id": "abc"}
    assert len(add_passkey(manager, name="Laptop", credential=credential, session_key="")) == 10
    with pytest.raises(FactorRefused, match="on the list already"):
        add_passkey(manager, name="Again", credential=credential, session_key="")


SENSITIVE = [
    "/profile/two-factor/app/",
    "/profile/two-factor/passkeys/new/",
    "/profile/password/",
    "/profile/email/",
]


@pytest.mark.parametrize("path", SENSITIVE)
def test_a_change_asks_for_the_second_factor_when_the_last_proof_is_old(
    recovery_codes: list[str], manager: AdminUser, sign_in: SignIn, path: str
) -> None:
    client = sign_in(manager)
    last_proof_was_long_ago(client)
    assert client.get(path)["Location"].startswith("/reauthenticate/?next=")
    asked = client.get(path, follow=True)
    assert asked.redirect_chain[-1][0].startswith("/reauthenticate/code/?next=")
    answer = client.post("/reauthenticate/code/", {"code": code(), "next": path})
    assert (answer.status_code, answer["Location"]) == (302, path)
    assert client.get(path).status_code != 302 or "reauthenticate" not in client.get(path)["Location"]
    assert events_of(manager)[-1] == ("reauthenticated", {"with": "totp"})


@pytest.mark.parametrize("path", ["/profile/two-factor/codes/", "/profile/two-factor/{app}/remove/"])
def test_acts_ask_too_and_do_nothing_until_then(
    recovery_codes: list[str], manager: AdminUser, sign_in: SignIn, path: str
) -> None:
    client = sign_in(manager)
    last_proof_was_long_ago(client)
    before = list(Authenticator.objects.values("pk", "data"))
    answer = client.post(path.format(app=app_of(manager)))
    assert answer["Location"].startswith("/reauthenticate/")
    assert list(Authenticator.objects.values("pk", "data")) == before


def test_the_password_does_not_stand_in_for_the_second_factor(
    recovery_codes: list[str], manager: AdminUser, sign_in: SignIn
) -> None:
    """An open session and a stolen password are not enough to change anything."""
    client = sign_in(manager)
    last_proof_was_long_ago(client)
    answer = client.post("/reauthenticate/", {"password": PASSWORD, "next": "/profile/two-factor/app/"})
    assert answer["Location"].startswith("/reauthenticate/code/")
    assert client.get("/profile/password/")["Location"].startswith("/reauthenticate/")
    assert events_of(manager)[-1][0] != "reauthenticated"


def test_who_has_no_second_factor_confirms_with_the_password(manager: AdminUser, sign_in: SignIn) -> None:
    client = sign_in(manager)
    last_proof_was_long_ago(client)
    old_key = client.session.session_key
    assert client.get("/profile/two-factor/app/", follow=True).status_code == 200
    answer = client.post("/reauthenticate/", {"password": PASSWORD, "next": "/profile/two-factor/app/"})
    assert answer["Location"] == "/profile/two-factor/app/"
    assert client.session.session_key != old_key
    assert client.get("/profile/two-factor/app/").status_code == 200
    assert events_of(manager)[-1] == ("reauthenticated", {"with": "password"})


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_confirming_leads_to_no_other_site(manager: AdminUser, sign_in: SignIn, next_page: str) -> None:
    client = sign_in(manager)
    answer = client.post("/reauthenticate/", {"password": PASSWORD, "next": next_page})
    assert "evil" not in answer["Location"]
    assert "script" not in answer["Location"]


def test_wrong_codes_are_limited_when_confirming_too(
    recovery_codes: list[str], manager: AdminUser, sign_in: SignIn, settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "second_factor": {"account": (5, 300), "address": (30, 60)}
    }
    client = sign_in(manager)
    answers = [client.post("/reauthenticate/code/", {"code": wrong_code()}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_who_has_neither_password_nor_factor_signs_in_again(user: AdminUser, sign_in: SignIn) -> None:
    client = sign_in(user)
    last_proof_was_long_ago(client)
    page = client.get("/profile/two-factor/app/", follow=True)
    assert "Please sign in again" in page.content.decode()


def test_an_admin_takes_all_factors_and_ends_the_sessions(
    recovery_codes: list[str], manager: AdminUser, admin: AdminUser, sign_in: SignIn
) -> None:
    client = sign_in(manager)
    assert people_with_second_factor([manager.pk, admin.pk]) == {manager.pk}
    assert reset_second_factors(manager, actor_id=admin.pk) == 1
    assert people_with_second_factor([manager.pk, admin.pk]) == set()
    assert factors_of(manager) == []
    assert not is_in(client)
    assert events_of(manager)[-1] == (
        "two_factor_reset",
        {"removed": ["recovery_codes", "totp"], "sessions_ended": 1},
    )


def test_the_page_asks_the_database_as_often_however_many_passkeys_there_are(
    recovery_codes: list[str], manager: AdminUser, sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    client = sign_in(manager)
    for number in range(6):
        add_passkey(manager, name=f"Key {number}", credential={"id": str(number)}, session_key="")
    client = sign_in(manager)
    client.get("/profile/security/")
    with django_assert_num_queries(5):  # session, person, factors, the password's last change, the role
        client.get("/profile/security/")


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
@pytest.mark.parametrize(
    "path", ["/login/", "/reauthenticate/", "/profile/two-factor/app/", "/profile/two-factor/passkeys/new/"]
)
def test_no_page_links_to_where_an_address_wants_one_to_go(
    manager: AdminUser, sign_in: SignIn, client: Client, path: str, next_page: str
) -> None:
    browser = client if path == "/login/" else sign_in(manager)
    page = browser.get(path, {"next": next_page})
    assert page.status_code == 200
    assert f'href="{next_page}' not in page.content.decode()


def test_a_word_for_the_next_page_is_no_page(manager: AdminUser, sign_in: SignIn) -> None:
    """A bare word once was an error page, and the app was set up behind it with recovery codes that nobody saw."""
    client = sign_in(manager)
    assert client.get("/profile/two-factor/?next=foo")["Location"] == "/profile/security/"
    secret = client.get("/profile/two-factor/app/").context["secret"].replace(" ", "")
    assert client.post("/profile/two-factor/app/?next=foo", {"code": code(secret)}).status_code == 200
