"""/health/detailed/ and /metrics: for operators and listed addresses; for everybody else they do not exist."""

import json
import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import AdminUser, RolePolicy

type SignIn = Callable[[AdminUser], Client]
PATHS = ["/health/detailed/", "/metrics"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(settings: Any) -> None:
    settings.HEALTH_ALLOWED_ADDRESSES = [
        ip_network("10.2.0.0/16"),
        ip_network("127.0.0.0/8"),
        ip_network("fd00::/8"),
    ]


def comparable(answer: Any) -> tuple[Any, ...]:
    """Everything but the ids."""
    headers = {
        name: value for name, value in answer.headers.items() if name not in {"X-Request-ID", "traceparent"}
    }
    return answer.status_code, headers, answer.content.decode().replace(answer["X-Request-ID"], "")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_for_a_stranger_there_is_nothing_here(path: str, method: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = getattr(strict, method)(path)
    assert comparable(answer) == comparable(getattr(strict, method)("/nosuch/"))
    assert answer.status_code == 404


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("role", ["user", "manager"])
def test_nor_for_those_without_the_right(
    sign_in: SignIn, request: pytest.FixtureRequest, path: str, role: str
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert comparable(client.get(path)) == comparable(client.get("/nosuch/"))


@pytest.mark.parametrize("path", PATHS)
def test_an_operator_reads_it(sign_in: SignIn, admin: AdminUser, other_admin: AdminUser, path: str) -> None:
    answer = sign_in(admin).get(path)
    assert answer.status_code in {200, 503}
    assert answer["Cache-Control"] == "no-store"
    admin.is_active = False
    admin.save()
    assert sign_in(admin).get(path).status_code == 404


@pytest.mark.usefixtures("listed")
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("address", "headers", "is_let_in"),
    [
        ("10.2.7.7", {}, True),
        ("127.0.0.1", {}, True),
        ("fd00::7", {}, True),
        ("10.3.0.1", {}, False),
        ("", {}, False),
        # Through a proxy on this machine anybody would have its address.
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, False),
        ("203.0.113.7", {"X-Forwarded-For": "10.2.7.7"}, False),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.7"}, False),
        ("127.0.0.1", {"X-Real-IP": "203.0.113.7"}, False),
    ],
)
def test_a_listed_address_reads_it_when_it_asks_itself(
    client: Client, path: str, address: str, headers: dict[str, str], is_let_in: bool
) -> None:
    answer = client.get(path, REMOTE_ADDR=address, headers=headers)
    assert (answer.status_code != 404) is is_let_in


@pytest.mark.usefixtures("listed")
def test_each_component_has_its_status_and_time_and_no_inside(client: Client, settings: Any) -> None:
    answer = client.get("/health/detailed/")
    document = json.loads(answer.content)
    assert document["status"] in {"ok", "down"}
    assert {"database", "queue", "stalled_jobs", "worker", "disk"} <= set(document["components"])
    for component in document["components"].values():
        assert component["status"] in {"ok", "late", "down", "timeout"}
        assert component["ms"] < 1100
    text = answer.content.decode()
    database = settings.DATABASES["default"]
    for inside in (
        str(settings.APP_DATA_DIR),
        database["USER"],
        database["NAME"],
        settings.VERSION,
        "PostgreSQL",
    ):
        assert inside not in text
    assert not re.search(r"\d+\.\d+\.\d+", text)


@pytest.mark.usefixtures("listed")
def test_listed_monitoring_starts_no_session_and_asks_for_nobody(
    client: Client, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        for path in PATHS:
            assert not client.get(path).cookies


@pytest.mark.parametrize("path", PATHS)
def test_an_operator_whose_role_requires_a_second_factor_shows_one_here_too(
    sign_in: SignIn, admin: AdminUser, path: str
) -> None:
    client = sign_in(admin)
    RolePolicy.objects.create(role="admin", requires_two_factor=True)
    assert comparable(client.get(path)) == comparable(client.get("/nosuch/"))
