"""The first person of an installation, from the command line."""

import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from apps.accounts.models import AdminUser

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery"


@pytest.fixture
def create_admin(monkeypatch):
    def run(email: str, password: str = GOOD, **options) -> str:
        monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
        out = io.StringIO()
        call_command("create_admin", email, password_stdin=True, stdout=out, **options)
        return out.getvalue()

    return run


def test_the_new_admin_can_sign_in(create_admin):
    assert create_admin(" Ada@Staff.example ", name="Ada") == "Added the admin ada@staff.example.\n"
    user = authenticate(email="ada@staff.example", password=GOOD)
    assert user is not None
    assert AdminUser.objects.get().role == "admin"


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [
        ("not an address", GOOD, "valid email"),
        ("ada@staff.example", "short", "too short"),
        ("ada@staff.example", "ada@staff.example", "similar to the email"),
        ("ada@staff.example", "", "too short"),
    ],
)
def test_what_will_not_do_is_refused_with_the_reason(create_admin, email, password, reason):
    with pytest.raises(CommandError, match=reason):
        create_admin(email, password)
    assert not AdminUser.objects.exists()


def test_somebody_who_is_here_already_keeps_their_password(create_admin):
    create_admin("ada@staff.example")
    with pytest.raises(CommandError, match="here already"):
        create_admin("ADA@staff.example", "another long password")
    assert authenticate(email="ada@staff.example", password=GOOD) is not None
