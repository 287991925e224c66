"""What every response carries, errors included: a request id, a strict policy for content, no way to be framed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from apps.accounts.models import AdminUser

type SignIn = Callable[[AdminUser], Client]
type AnswerOf = Callable[[str, str | None], Any]


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret-detail of the inside")


urlpatterns = [path("broken/", broken), path("", include("appointment360.urls"))]
handler400 = "apps.core.error_pages.bad_request"
handler403 = "apps.core.error_pages.permission_denied"
handler404 = "apps.core.error_pages.not_found"
handler500 = "apps.core.error_pages.server_error"

ANSWERS = [
    ("/contacts/", "admin", 200),
    ("/contacts/new/", "user", 403),
    ("/nosuch/", "admin", 404),
    ("/contacts/trash/restore/", "admin", 405),
    ("/broken/", "admin", 500),
    ("/login/", None, 200),
    ("/contacts/", None, 302),
]


@pytest.fixture
def answer_of(sign_in: SignIn, request: pytest.FixtureRequest) -> AnswerOf:
    def of(address: str, role: str | None) -> Any:
        client = sign_in(request.getfixturevalue(role)) if role else Client()
        client.raise_request_exception = False
        with override_settings(ROOT_URLCONF=__name__):
            return client.get(address)

    return of


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "role", "status"), ANSWERS)
def test_every_answer_has_its_id_and_a_strict_policy(
    answer_of: AnswerOf, address: str, role: str | None, status: int
) -> None:
    answer = answer_of(address, role)
    assert answer.status_code == status
    assert re.fullmatch(r"[0-9a-f]{16}", answer["X-Request-ID"])
    policy = answer["Content-Security-Policy"]
    for directive in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert directive in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "role", "status"), [each for each in ANSWERS if each[2] >= 400])
def test_error_pages_show_the_id_and_nothing_of_the_inside(
    answer_of: AnswerOf, address: str, role: str | None, status: int
) -> None:
    answer = answer_of(address, role)
    page = answer.content.decode()
    assert answer["X-Request-ID"] in page
    for inside in ("secret-detail", "Traceback", "RuntimeError", "apps.", "settings"):
        assert inside not in page


@pytest.mark.django_db
def test_no_inline_script_style_or_handler(answer_of: AnswerOf) -> None:
    for address, role, _ in ANSWERS:
        page = answer_of(address, role).content.decode()
        assert not re.search(r"\son[a-z]+\s*=", re.sub(r">[^<]*<", "><", page))
        assert not re.search(r"\sstyle\s*=", page)
        assert not re.search(r"<script(?![^>]*\ssrc=)(?![^>]*application/json)", page)
        assert "<style" not in page


def test_a_safe_request_id_is_taken_over_an_unsafe_one_is_not(client: Client, db: None) -> None:
    assert client.get("/login/", headers={"X-Request-ID": "abc-DEF_12345"})["X-Request-ID"] == "abc-DEF_12345"
    for unsafe in ("short", "x" * 65, "a b c d e f g h", "évil-évil-évil", "<script>alert(1)"):
        assert client.get("/login/", headers={"X-Request-ID": unsafe})["X-Request-ID"] != unsafe


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_with_a_page(sign_in: SignIn, admin: AdminUser) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    answer = client.post("/contacts/new/", {"first_name": "Ann"})
    assert answer.status_code == 403
    assert answer["X-Request-ID"] in answer.content.decode()


def test_nobody_signs_up_by_themself(client: Client, db: None) -> None:
    client.post(
        "/signup/",
        {"email": "new@x.example", "password1": "a-long-passphrase", "password2": "a-long-passphrase"},
    )
    assert not AdminUser.objects.exists()
