"""Every address answers with the strict policy, and what is for who is signed in is in no cache (E4, E5, E7)."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from apps.accounts.models import AdminUser
from tests.contacts.test_gate import address, patterns
from tests.core.test_forms_need_a_token import with_arguments_of_their_own

__all__ = ["address"]  # a fixture
pytestmark = pytest.mark.django_db
STRICT = {
    "default-src": {"'self'"},
    "object-src": {"'none'"},
    "base-uri": {"'none'"},
    "frame-ancestors": {"'none'"},
    "form-action": {"'self'"},
}


def policy_of(answer: Any) -> dict[str, set[str]]:
    parts = [part.split() for part in answer["Content-Security-Policy"].split(";") if part.strip()]
    return {name: set(values) for name, *values in parts}


def nonces_in(answer: Any) -> set[str]:
    return set(re.findall(r"'nonce-([^']+)'", answer["Content-Security-Policy"]))


def is_strict(answer: Any) -> bool:
    policy = policy_of(answer)
    scripts = {value for value in policy["script-src"] if not value.startswith("'nonce-")}
    return scripts == {"'self'"} and all(policy.get(name) == values for name, values in STRICT.items())


@pytest.mark.parametrize(
    "name", sorted({str(each.name) for each in patterns()} - {"alive", "ready", "health"})
)
def test_every_address(
    sign_in: Callable[[AdminUser], Client], admin: AdminUser, address: Callable[[str], str], name: str
) -> None:
    where = with_arguments_of_their_own(name) or address(name)
    strict = Client(enforce_csrf_checks=True)
    for client in (sign_in(admin), Client(), strict):
        for answer in (client.get(where), client.post(where)):
            assert is_strict(answer)
            assert not nonces_in(answer) or "no-store" in answer.get("Cache-Control", "")
    answer = sign_in(admin).get(where)
    if answer.status_code == 200 and name not in SAME_FOR_EVERYBODY:
        assert "no-store" in answer["Cache-Control"]
    if answer.get("Content-Disposition", "").startswith("attachment"):
        assert re.fullmatch(r'attachment; filename="[\w.-]+"', answer["Content-Disposition"])


SAME_FOR_EVERYBODY = {
    "account_inactive",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "kept_mail_list",
    "kept_mail",
    "kept_mail_html",
}


def test_who_is_over_a_limit_and_who_sends_nonsense_get_it_too(
    admin: AdminUser, sign_in: Callable[[AdminUser], Client], settings: Any
) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign_in": {"account": (1, 60), "address": (1, 60)}}
    wrong = {"login": "nobody@staff.example", "password": "x"}
    answers = [Client().post("/login/", wrong) for _ in range(2)]
    answers.append(sign_in(admin).post("/users/roles/", {"role": "nobody"}))
    answers.append(Client().get("/%00"))
    assert [answer.status_code for answer in answers] == [200, 429, 400, 400]
    assert all(map(is_strict, answers))


def test_no_two_answers_share_a_nonce() -> None:
    """Those that have one: pages load their scripts and styles from files, and need none."""
    nonces = [nonce for _ in range(200) for nonce in nonces_in(Client().get("/login/"))]
    assert len(set(nonces)) == len(nonces)
    assert "unsafe" not in str(settings.SECURE_CSP)
