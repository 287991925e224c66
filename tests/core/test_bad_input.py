"""A Content-Type that cannot be read, or names a charset that makes no text, is 400 whatever reads it first."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from apps.core.bad_input import CarefulHandler


def status_of(content_type: str) -> str:
    """What the server is told, from before there is a request."""
    said: list[str] = []
    environ: dict[str, Any] = RequestFactory()._base_environ(  # type: ignore[attr-defined]
        PATH_INFO="/login/", QUERY_STRING="next=x", CONTENT_TYPE=content_type, HTTP_HOST="localhost"
    )
    CarefulHandler()(environ, lambda status, headers: said.append(status))
    return said[0]


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["", "text/html; charset=UTF-8", "application/json", "x"])
def test_what_browsers_and_programs_send_is_read(content_type: str) -> None:
    assert status_of(content_type) == "200 OK"


@pytest.mark.parametrize(
    "content_type",
    [
        *(
            f"text/plain; charset={name}"
            for name in ("undefined", "base64", "rot13", "utf-7", "nosuch", "latin-1")
        ),
        "text/plain; x*=nosuch''a",
    ],
)
def test_what_nothing_can_be_made_of_is_refused(content_type: str) -> None:
    assert status_of(content_type) == "400 Bad Request"


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape"])
def test_half_a_character_comes_in_by_no_charset(client: Client, charset: str) -> None:
    answer = client.get("/login/?next=%2B2AA-%5Cud800", CONTENT_TYPE=f"text/plain; charset={charset}")
    assert answer.status_code == 400
