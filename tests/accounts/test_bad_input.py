"""What no browser sends, to every form of accounts and of the pages about people (D3): refused, nothing half done.

0 answers of 500 or more. Nothing of anybody's account changes, whoever sends it and whatever is beside the nonsense.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from apps.accounts import urls as own
from apps.accounts.models import AdminUser
from apps.users import urls as of_people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_limits")]

FORM = "application/x-www-form-urlencoded"
# As bytes: what comes over the wire.
NONSENSE: dict[str, bytes] = {
    "NUL": b"a%00b",
    "a lone surrogate": b"%ED%A0%80",
    "no UTF-8": b"%FF%FE",
    "both directions": "\u202ea\u2066@x.example".encode(),
    "beyond bigint": b"9223372036854775808",
    "a long number": b"9" * 5000,
    "NaN": b"NaN",
    "exponent": b"1e400",
    "minus zero": b"-0",
    "other digits": "٣".encode(),
    "nested": b"[" * 1000,
    "nested too far": b"[" * 20_000,
    "an object": b'{"id":1,"type":"public-key","response":{}}',
    "a break": b"a%0D%0ABcc: x@y.example",
    "long": b"x" * 20_000,
}
# Two need no more than the click, and a password may be anything that is long enough.
TAKES_ANYTHING = {"user_deactivate", "user_reactivate", "account_set_password"}
FIELDS = [
    "login", "email", "password", "password1", "password2", "oldpassword", "name", "code", "credential", "next",
    "remember", "role", "limit", "is_unlimited", "shown", "rights_of", "can_browse", "seen", "user", "ids", "q",
    "amount", "reason", "expires_on", "expires_at", "theme", "density", "time_zone", "start_page", "preset",
    "copy_from", "right_email", "email_right", "requires_two_factor", "month", "act", "step", "save", "person",
]  # fmt: skip
SENT = [
    "email", "name", "role", "is_active", "download_limit", "capability_overrides", "column_rights", "password",
    "invited_at", "deactivated_at", "time_zone", "start_page",
]  # fmt: skip


@pytest.fixture
def without_limits(settings: Any) -> None:
    settings.RATE_LIMITS = {name: {} for name in settings.RATE_LIMITS}


def bodies() -> Iterator[tuple[str, bytes]]:
    """Content type and body; as a form, each field comes twice."""
    for text in NONSENSE.values():
        yield FORM, b"&".join(field.encode() + b"=" + text for field in FIELDS * 2)
        yield "application/json", text
    yield "application/json", json.dumps({field: [None] for field in FIELDS}).encode()
    yield (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n\x00',
    )
    yield "multipart/form-data", b"x"
    yield f"{FORM}; charset=nonsense", b"email=x"
    yield f"{FORM}; charset=utf-16", b"email=x"
    yield "text/plain", b"\xff"


def routes() -> list[URLPattern]:
    return [*own.urlpatterns, *of_people.urlpatterns]


def where(pattern: URLPattern, person: AdminUser) -> str:
    values = {
        "user_id": person.pk, "session_id": 1, "role": "user", "factor_id": 1, "change_id": 1, "token": "x-y",
        "key": "welcome", "uidb36": "1",
    }  # fmt: skip
    wanted = pattern.pattern.regex.groupindex
    return reverse(str(pattern.name), kwargs={name: values[name] for name in wanted})


def accounts() -> list[dict[str, Any]]:
    return list(AdminUser.objects.order_by("pk").values("pk", *SENT))


@pytest.mark.parametrize("name", sorted(str(each.name) for each in routes()))
def test_nonsense_is_no_error_of_ours(
    sign_in: Callable[[AdminUser], Client], admin: AdminUser, user: AdminUser, name: str
) -> None:
    pattern = next(each for each in routes() if each.name == name)
    path = where(pattern, user)
    before = accounts()
    client = sign_in(admin) if hasattr(pattern.callback, "capability") else Client()
    client.raise_request_exception = False
    for kind, body in bodies():
        answer = client.generic("POST", path, body, content_type=kind)
        assert answer.status_code < 500, (kind, body[:80])
    if name not in TAKES_ANYTHING:
        assert accounts() == before


@pytest.mark.parametrize("name", ["account_login", "account_reset_password", "user_invite", "profile"])
def test_ten_megabytes_are_refused_unread(
    sign_in: Callable[[AdminUser], Client], admin: AdminUser, user: AdminUser, name: str
) -> None:
    client = sign_in(admin) if name in {"user_invite", "profile"} else Client()
    client.raise_request_exception = False
    answer = client.post(reverse(name), b"email=" + b"x" * 10_000_000, content_type=FORM)
    assert 400 <= answer.status_code < 500
    fields = b"&".join(b"a%d=1" % number for number in range(5_000))
    assert 400 <= client.post(reverse(name), fields, content_type=FORM).status_code < 500
