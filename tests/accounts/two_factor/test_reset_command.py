"""`manage.py reset_two_factor`: the way back in for a sole admin."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent
from tests.accounts.two_factor.conftest import PASSWORD, factors_of


def test_the_person_signs_in_with_the_password_alone_again(
    recovery_codes: list[str], manager: AdminUser, client
) -> None:
    out = StringIO()
    call_command("reset_two_factor", "Max@staff.example", stdout=out)
    assert out.getvalue() == "Removed 1 second factor of max@staff.example.\n"
    assert factors_of(manager) == []
    event = SecurityEvent.objects.get(kind="two_factor_reset")
    assert (event.actor_id, event.subject_id) == (None, manager.pk)
    assert client.post("/login/", {"login": manager.email, "password": PASSWORD})["Location"] == "/"


def test_nobody_is_nobody(db: None) -> None:
    with pytest.raises(CommandError, match=r"Nobody here has the address nobody@staff\.example\."):
        call_command("reset_two_factor", "nobody@staff.example")
