"""People with second factors, and the codes that their app would show."""

import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from apps.accounts.models import AdminUser
from apps.accounts.two_factor.operations import add_authenticator_app

PASSWORD = "correct horse battery staple"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code(secret: str = SECRET, *, steps: int = 0) -> str:
    """What the app shows, or showed or will show so many half minutes away."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + steps))


def wrong_code() -> str:
    right = {code(steps=steps) for steps in range(-2, 3)}
    return next(
        each for each in ("000000", "111111", "222222", "333333", "444444", "555555") if each not in right
    )


@pytest.fixture
def manager(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


@pytest.fixture
def recovery_codes(manager: AdminUser) -> list[str]:
    """Gives the manager an app with SECRET, whose last used code is long gone; their recovery codes."""
    return add_authenticator_app(manager, secret=SECRET, used_step=1, session_key="")


@pytest.fixture
def first_step() -> Callable[..., Client]:
    """A browser in which the manager has given their password."""

    def given(address: str = "192.0.2.1") -> Client:
        client = Client(REMOTE_ADDR=address)
        answer = client.post("/login/", {"login": "max@staff.example", "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, "/login/two-factor/")
        return client

    return given


def is_in(client: Client) -> bool:
    return client.get("/profile/sessions/").status_code == 200


def factors_of(person: AdminUser) -> list[str]:
    return sorted(Authenticator.objects.filter(user=person).values_list("type", flat=True))
