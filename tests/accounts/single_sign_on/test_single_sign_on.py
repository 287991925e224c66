"""Coming in with the company's account: only who is here already, and only on the provider's sound word."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.two_factor.operations import add_authenticator_app
from tests.accounts.single_sign_on.provider import LocalProvider, new_key
from tests.accounts.two_factor.conftest import SECRET, code, is_in

START = "/login/sso/"


def go(client: Client, path: str = START) -> dict[str, str]:
    """Where the browser is sent: the query of the provider's address."""
    return dict(parse_qsl(urlsplit(client.get(path)["Location"]).query))


def come_back(client: Client, provider: LocalProvider, path: str = START, **changed: str) -> Any:
    """There and back; what our page answered. `changed` is what the browser says otherwise than it was told."""
    way = urlsplit(provider.authorize(go(client, path)))
    return client.get(way.path, {**dict(parse_qsl(way.query)), **changed})


def is_refused(answer: Any) -> bool:
    return answer.status_code == 403 and "/login/" in answer.content.decode()


def test_a_person_who_is_here_comes_in(provider: LocalProvider, manager: AdminUser) -> None:
    client = Client()
    assert b"Sign in with Company account" in client.get("/login/").content
    answer = come_back(client, provider)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_in(client)
    assert int(client.session["_auth_user_id"]) == manager.pk
    assert {"/keys", "/token"} <= set(provider.asked)


def test_nothing_is_linked_or_made(provider: LocalProvider, manager: AdminUser) -> None:
    come_back(Client(), provider)
    assert AdminUser.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert not EmailAddress.objects.exists()


def test_the_page_that_was_asked_for_is_reached(provider: LocalProvider, manager: AdminUser) -> None:
    assert come_back(Client(), provider, f"{START}?next=/industries/")["Location"] == "/industries/"
    assert come_back(Client(), provider, f"{START}?next=https://evil.example/")["Location"] == "/"


def test_capitals_in_the_address_do_not_matter(provider: LocalProvider, manager: AdminUser) -> None:
    provider.claims["email"] = "Max@Staff.example"
    assert come_back(Client(), provider)["Location"] == "/"


def test_an_address_may_come_from_the_userinfo(provider: LocalProvider, manager: AdminUser) -> None:
    provider.claims = {}
    provider.userinfo = {"sub": "subject-1", "email": "max@staff.example", "email_verified": True}
    assert come_back(Client(), provider)["Location"] == "/"
    provider.userinfo["sub"] = "subject-2"
    assert is_refused(come_back(Client(), provider))


@pytest.mark.parametrize("process", ["connect", "redirect"])
def test_what_the_address_says_changes_nothing(
    provider: LocalProvider, manager: AdminUser, process: str
) -> None:
    query = go(
        Client(), f"{START}?process={process}&scope=calendar&auth_params=nonce%3Dmine%26redirect_uri%3Dx"
    )
    assert set(query["scope"].split()) == {"openid", "profile", "email"}
    assert query["nonce"] != "mine"
    assert query["redirect_uri"] == "http://testserver/login/sso/back/"
    assert come_back(Client(), provider, f"{START}?process={process}")["Location"] == "/"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "nobody@staff.example", "email_verified": True},
        {"email": "max@staff.example", "email_verified": False},
        {"email": "max@staff.example", "email_verified": "false"},
        {"email": "max@staff.example"},
        {"email": None, "email_verified": True},
        {"email": ["max@staff.example"], "email_verified": True},
    ],
)
def test_who_is_unknown_or_not_verified_gets_one_and_the_same_page(
    provider: LocalProvider, manager: AdminUser, claims: dict[str, Any]
) -> None:
    provider.claims = {"email": "stranger@staff.example", "email_verified": True}
    unknown = come_back(Client(), provider)
    provider.claims, provider.userinfo = claims, {"sub": "subject-1"}
    client = Client()
    answer = come_back(client, provider)
    assert is_refused(answer)
    assert answer.content == unknown.content
    assert "You cannot come in with this account" in answer.content.decode()
    assert not is_in(client)
    assert AdminUser.objects.count() == 1
    assert SecurityEvent.objects.filter(kind="sign_in_failed").count() == 2


def test_who_is_switched_off_stays_out(provider: LocalProvider, manager: AdminUser) -> None:
    AdminUser.objects.update(is_active=False)
    client = Client()
    assert come_back(client, provider)["Location"] == "/inactive/"
    assert not is_in(client)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "of another time"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["appointment360", "somebody-else"]},
        {"iss": "https://evil.example"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"iat": int(time.time()) + 3600},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_sound_lets_nobody_in(
    provider: LocalProvider, manager: AdminUser, wrong: dict[str, Any]
) -> None:
    provider.misbehave = wrong
    client = Client()
    assert is_refused(come_back(client, provider))
    assert not is_in(client)


def test_a_token_that_somebody_else_signed_lets_nobody_in(
    provider: LocalProvider, manager: AdminUser
) -> None:
    provider.signing_key = new_key()
    assert is_refused(come_back(Client(), provider))


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_a_private_keys_signature_lets_nobody_in(
    provider: LocalProvider, manager: AdminUser, algorithm: str
) -> None:
    provider.algorithm = algorithm
    assert is_refused(come_back(Client(), provider))


def test_a_wrong_state_lets_nobody_in(provider: LocalProvider, manager: AdminUser) -> None:
    assert is_refused(come_back(Client(), provider, state="made-up"))
    assert is_refused(Client().get("/login/sso/back/", {"code": "x"}))


def test_a_browser_cannot_be_given_the_way_back_of_another(
    provider: LocalProvider, manager: AdminUser
) -> None:
    way = provider.authorize(go(Client()))
    victim = Client()
    assert is_refused(victim.get(way))
    assert not is_in(victim)


def test_the_way_back_leads_in_once(provider: LocalProvider, manager: AdminUser) -> None:
    client = Client()
    way = provider.authorize(go(client))
    kept = client.cookies["sessionid"].value
    assert client.get(way)["Location"] == "/"
    client.post("/logout/")
    client.cookies["sessionid"] = kept
    assert is_refused(client.get(way))
    assert not is_in(client)


def test_who_says_no_at_the_provider_gets_a_page(provider: LocalProvider, manager: AdminUser) -> None:
    client = Client()
    state = go(client)["state"]
    assert is_refused(client.get("/login/sso/back/", {"error": "access_denied", "state": state}))


def test_a_provider_that_does_not_answer_gives_a_page(provider: LocalProvider, settings, db: None) -> None:
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:9"
    )
    answer = Client().get(START)
    assert answer.status_code == 503
    assert "Company account does not answer" in answer.content.decode()


def test_a_provider_by_another_name_is_not_believed(provider: LocalProvider, db: None) -> None:
    provider.issuer, address = "https://evil.example", provider.issuer
    assert Client().get(START).status_code == 503
    provider.issuer = address


def test_our_second_factor_is_asked_for_after_it(provider: LocalProvider, manager: AdminUser) -> None:
    add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")
    client = Client()
    assert come_back(client, provider)["Location"] == "/login/two-factor/"
    assert not is_in(client)
    assert client.post("/login/two-factor/", {"code": code()})["Location"] == "/"
    assert is_in(client)


def test_unless_the_provider_says_that_it_has_asked_for_two(
    provider: LocalProvider, manager: AdminUser
) -> None:
    add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")
    provider.claims["amr"] = ["pwd", "mfa"]
    client = Client()
    assert come_back(client, provider)["Location"] == "/"
    assert is_in(client)


@pytest.mark.parametrize(
    ("amr", "is_let_in"), [(["pwd", "mfa"], True), (["pwd"], False), ("mfa", False), (None, False)]
)
def test_a_role_that_requires_two_factors_takes_the_providers_word(
    provider: LocalProvider, manager: AdminUser, amr: Any, is_let_in: bool
) -> None:
    RolePolicy.objects.create(role="manager", requires_two_factor=True)
    provider.claims["amr"] = amr
    client = Client()
    come_back(client, provider)
    assert is_in(client) is is_let_in


def test_the_word_counts_for_the_person_it_was_about(
    provider: LocalProvider, manager: AdminUser, user: AdminUser
) -> None:
    """Somebody who is switched off leaves it in the browser; the next one there does not have it."""
    RolePolicy.objects.create(role="user", requires_two_factor=True)
    provider.claims["amr"] = ["mfa"]
    AdminUser.objects.filter(pk=manager.pk).update(is_active=False)
    client = Client()
    come_back(client, provider)
    user.set_password("correct horse battery staple")
    user.save()
    client.post("/login/", {"login": user.email, "password": "correct horse battery staple"})
    assert client.get("/contacts/")["Location"].startswith("/profile/two-factor/")


def test_the_word_counts_for_the_sign_in_it_was_about(provider: LocalProvider, manager: AdminUser) -> None:
    """Given while the person is switched off, it does not stand in for the second factor once they are back."""
    RolePolicy.objects.create(role="manager", requires_two_factor=True)
    manager.set_password("correct horse battery staple")
    manager.save()
    provider.claims["amr"] = ["mfa"]
    AdminUser.objects.update(is_active=False)
    client = Client()
    come_back(client, provider)
    AdminUser.objects.update(is_active=True)
    client.post("/login/", {"login": manager.email, "password": "correct horse battery staple"})
    assert client.get("/contacts/")["Location"].startswith("/profile/two-factor/")


def test_who_is_in_already_stays_who_they_are(
    provider: LocalProvider, manager: AdminUser, user: AdminUser, sign_in: Callable[[AdminUser], Client]
) -> None:
    client = sign_in(user)
    assert client.get(START)["Location"] == "/"
    assert client.get(f"{START}?next=foo")["Location"] == "foo"  # a page beside this one, of ours as well
    assert int(client.session["_auth_user_id"]) == user.pk


@pytest.mark.parametrize("path", ["/login/sso/", "/login/sso/back/", "/login/sso/back/?code=x&state=y"])
def test_where_it_is_off_there_is_nothing(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404
    assert b"Company account" not in client.get("/login/").content
