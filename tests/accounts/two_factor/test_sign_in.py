"""Signing in with a second factor: each code once, few wrong ones, and nothing in the database that opens the door."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client

from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.two_factor.authenticator_app import use_app_code
from apps.accounts.two_factor.recovery_codes import use_recovery_code
from tests.accounts.two_factor.conftest import SECRET, code, is_in, wrong_code
from tests.jobs_done import do_jobs

type FirstStep = Callable[..., Client]


def second_step(client: Client, given: str) -> int:
    """302 is in, 200 the form again, 429 refused."""
    return client.post("/login/two-factor/", {"code": given}).status_code


def test_the_password_alone_opens_nothing(recovery_codes: list[str], first_step: FirstStep) -> None:
    client = first_step()
    assert not is_in(client)
    assert client.get("/contacts/")["Location"].startswith("/login/")


def test_a_code_of_the_app_opens_the_door(recovery_codes: list[str], first_step: FirstStep) -> None:
    client = first_step()
    assert b"authenticator app" in client.get("/login/two-factor/").content
    assert second_step(client, wrong_code()) == 200
    assert not is_in(client)
    assert second_step(client, code()) == 302
    assert is_in(client)
    event = SecurityEvent.objects.get(kind="sign_in_failed")
    assert event.details == {"step": "second factor"}


def test_going_back_to_the_sign_in_page_starts_anew(recovery_codes: list[str], first_step: FirstStep) -> None:
    client = first_step()
    assert client.get("/login/").status_code == 200
    assert client.get("/login/two-factor/")["Location"] == "/login/"


def test_a_page_that_was_asked_for_is_reached_through_both_steps(recovery_codes: list[str]) -> None:
    client = Client()
    client.post(
        "/login/",
        {"login": "max@staff.example", "password": "correct horse battery staple", "next": "/industries/"},
    )
    assert client.post("/login/two-factor/", {"code": code()})["Location"] == "/industries/"


@pytest.mark.parametrize("steps", [-1, 1])
def test_a_clock_may_be_half_a_minute_off(
    recovery_codes: list[str], first_step: FirstStep, steps: int
) -> None:
    if time.time() % 30 > 28:
        time.sleep(3)
    assert second_step(first_step(), code(steps=steps)) == 302


def test_a_code_works_once_and_takes_the_older_ones_with_it(
    recovery_codes: list[str], first_step: FirstStep
) -> None:
    if time.time() % 30 > 25:
        time.sleep(6)
    used, older = code(), code(steps=-1)
    assert second_step(first_step(), used) == 302
    assert second_step(first_step(), used) == 200
    assert second_step(first_step(), older) == 200


def test_the_code_that_set_the_app_up_is_used(manager: AdminUser, sign_in: Callable[..., Client]) -> None:
    client = sign_in(manager)
    shown = client.get("/profile/two-factor/app/").context["secret"].replace(" ", "")
    used = code(shown)
    assert client.post("/profile/two-factor/app/", {"code": used}).status_code == 200
    assert not use_app_code(Authenticator.objects.get(user=manager, type="totp"), used)


def test_a_recovery_code_works_once_however_it_is_written(
    recovery_codes: list[str], first_step: FirstStep
) -> None:
    first, second, *_ = recovery_codes
    assert second_step(first_step(), first.upper().replace("-", " ")) == 302
    assert second_step(first_step(), first) == 200
    assert second_step(first_step(), second) == 302
    assert len(Authenticator.objects.get(type="recovery_codes").data["hashes"]) == 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_of_many_at_once_with_one_code_one_gets_in(
    recovery_codes: list[str], first_step: FirstStep, kind: str
) -> None:
    number = 8
    if time.time() % 30 > 20:
        time.sleep(11)
    given = code() if kind == "totp" else recovery_codes[0]
    browsers = [first_step() for _ in range(number)]
    start = Barrier(number, timeout=60)

    def enter(client: Client) -> int:
        start.wait()
        try:
            return second_step(client, given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        answers = sorted(pool.map(enter, browsers))
    assert answers == [200] * (number - 1) + [302]


def test_after_five_wrong_codes_even_the_right_one_is_refused(
    recovery_codes: list[str], first_step: FirstStep, settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "second_factor": {"account": (5, 300), "address": (30, 60)}
    }
    answers = [second_step(first_step(), wrong_code()) for _ in range(6)]
    assert answers == [200] * 5 + [429]
    assert second_step(first_step(), code()) == 429
    assert second_step(first_step("192.0.2.2"), recovery_codes[0]) == 429


def test_right_codes_do_not_count(recovery_codes: list[str], first_step: FirstStep, settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "second_factor": {"account": (2, 300), "address": (30, 60)}
    }
    assert [second_step(first_step(), each) for each in recovery_codes[:4]] == [302] * 4


def test_an_address_has_so_many_wrong_codes_whoever_it_names(
    recovery_codes: list[str], first_step: FirstStep, settings
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "second_factor": {"account": (50, 300), "address": (2, 60)}
    }
    assert [second_step(first_step(), wrong_code()) for _ in range(3)] == [200, 200, 429]
    assert second_step(first_step("192.0.2.9"), code()) == 302


_SHOWN = {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA", "userHandle": "MQ"}
_ADDED = {"clientDataJSON": "AA", "attestationObject": "AA"}
NONSENSE = [
    "", "null", "[]", "1", '"x"', "{}", '{"id": 1}', '{"id": "AA", "rawId": "AA", "response": {}}',
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": _SHOWN}),
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": _ADDED}),
]  # fmt: skip


@pytest.mark.parametrize("credential", NONSENSE)
@pytest.mark.parametrize("path", ["/login/two-factor/", "/login/passkey/"])
def test_nonsense_in_place_of_a_passkey_is_refused(
    recovery_codes: list[str], first_step: FirstStep, path: str, credential: str
) -> None:
    client = first_step()
    assert client.get(path, HTTP_ACCEPT="application/json").status_code == 200
    assert client.post(path, {"credential": credential}).status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_is_not_added_as_a_passkey(
    manager: AdminUser, sign_in: Callable[..., Client], credential: str
) -> None:
    client = sign_in(manager)
    client.get("/profile/two-factor/passkeys/new/")
    answer = client.post("/profile/two-factor/passkeys/new/", {"name": "x", "credential": credential})
    assert answer.status_code == 200
    assert not Authenticator.objects.exists()


def test_asking_to_be_let_in_with_a_passkey_is_limited(db: None, settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"second_factor": {"address": (2, 60)}}
    answers = [Client().get("/login/passkey/", HTTP_ACCEPT="application/json") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].json()["request_options"]["publicKey"]["userVerification"] == "required"


def test_a_stolen_database_opens_no_second_door(recovery_codes: list[str], manager: AdminUser) -> None:
    stored = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert SECRET not in stored
    assert not any(each in stored or each.replace("-", "") in stored for each in recovery_codes)


def test_a_secret_that_is_being_set_up_lies_encrypted_too(
    manager: AdminUser, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(manager)
    shown = client.get("/profile/two-factor/app/").context["secret"].replace(" ", "")
    assert client.get("/profile/two-factor/app/").context["secret"].replace(" ", "") == shown
    assert shown not in str([row.get_decoded() for row in Session.objects.all()])


def test_a_new_secret_key_reads_what_the_old_one_wrote(recovery_codes: list[str], settings) -> None:
    app = Authenticator.objects.get(type="totp")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
    assert use_app_code(app, code())


def test_without_the_old_key_codes_are_refused_but_recovery_codes_still_work(
    recovery_codes: list[str], settings
) -> None:
    app, codes = (Authenticator.objects.get(type=kind) for kind in ("totp", "recovery_codes"))
    settings.SECRET_KEY = "another key"
    assert not use_app_code(app, code())
    assert use_recovery_code(codes, recovery_codes[0])


def test_a_password_reset_does_not_go_around_the_second_factor(
    recovery_codes: list[str], manager: AdminUser, mailoutbox
) -> None:
    client = Client()
    client.post("/password-reset/", {"email": manager.email})
    do_jobs()
    link = next(word for word in mailoutbox[0].body.split() if "/password-reset/key/" in word)
    form = client.get(link, follow=True)
    path = form.redirect_chain[-1][0]
    new = "a rather different battery"
    client.post(path, {"password1": new, "password2": new})
    assert not is_in(client)
    assert (
        client.post("/login/", {"login": manager.email, "password": new})["Location"] == "/login/two-factor/"
    )


def test_who_is_switched_off_between_the_steps_stays_out(
    recovery_codes: list[str], first_step: FirstStep, manager: AdminUser
) -> None:
    client = first_step()
    AdminUser.objects.filter(pk=manager.pk).update(is_active=False)
    second_step(client, code())
    assert not is_in(client)
