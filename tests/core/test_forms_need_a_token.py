"""Every form is refused without its CSRF token, and with one of somebody else (E9): generated from the URL map."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import AdminUser
from tests.contacts.test_gate import address, patterns
from tests.core.test_safe_methods import everything

__all__ = ["address"]  # a fixture
pytestmark = pytest.mark.django_db

# They take no form: what is posted there is answered as if nothing were there, or as by GET.
EXEMPT = {"health_detailed", "metrics"}
ANSWERED_BEFORE = {"alive", "ready", "health"}  # by ProbeMiddleware


def with_arguments_of_their_own(name: str) -> str:
    return {
        "invitation_accept": "/invitation/welcome/",
        "account_reset_password_from_key": "/password-reset/key/1-set-password/",
        "email_confirm": "/profile/email/1/x-y/",
    }.get(name, "/dev/mail/1/" if name.startswith("kept_mail") else "")


def test_no_other_view_is_exempt() -> None:
    exempt = {str(each.name) for each in patterns() if getattr(each.callback, "csrf_exempt", False)}
    assert exempt == EXEMPT


@pytest.mark.parametrize("name", sorted({str(each.name) for each in patterns()} - EXEMPT - ANSWERED_BEFORE))
def test_without_its_token_a_form_is_refused(
    admin: AdminUser, address: Callable[[str], str], name: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin)
    where = with_arguments_of_their_own(name) or address(name)
    client.get("/alive/")
    before = everything()
    for sent in ({}, {"csrfmiddlewaretoken": "a" * 64}):
        for headers in ({}, {"X-CSRFToken": "b" * 64}, {"Origin": "https://evil.example"}):
            assert client.post(where, sent, headers=headers).status_code == 403
    assert everything() == before
