"""Demo sign-ins: three people, their passwords in a private file, and never a door into somebody's real data."""

import json
import stat

import pytest
from django.contrib.auth import authenticate

from apps.accounts.demo_accounts import DemoAccountsRefused, credentials_file, prepare_demo_accounts
from apps.accounts.models import AdminUser

pytestmark = pytest.mark.django_db
URL = "http://127.0.0.1:8000/"


@pytest.fixture(autouse=True)
def own_data_folder(settings, tmp_path):
    settings.APP_DATA_DIR = tmp_path


def can_sign_in(email: str, password: str) -> bool:
    return authenticate(email=email, password=password) is not None


def test_an_empty_database_gets_one_person_of_each_role_who_can_sign_in():
    prepare_demo_accounts(url=URL)
    written = json.loads(credentials_file().read_text())
    assert written["url"] == URL
    assert [entry["role"] for entry in written["users"]] == ["admin", "manager", "user"]
    for entry in written["users"]:
        assert set(entry) == {"email", "password", "role"}
        assert AdminUser.objects.get(email=entry["email"]).role == entry["role"]
        assert can_sign_in(entry["email"], entry["password"])


def test_the_file_is_for_its_owner_alone():
    prepare_demo_accounts(url=URL)
    assert stat.S_IMODE(credentials_file().stat().st_mode) == 0o600


def test_a_second_run_keeps_the_passwords_and_takes_the_new_address():
    first = prepare_demo_accounts(url=URL)
    assert prepare_demo_accounts(url="http://127.0.0.1:9000/") == first
    assert json.loads(credentials_file().read_text())["url"] == "http://127.0.0.1:9000/"


@pytest.mark.parametrize("damage", [None, "", "{}", '{"users": [{"email": 1}]}', "[1, 2"])
def test_a_lost_or_damaged_file_gives_new_passwords_that_work(damage):
    prepare_demo_accounts(url=URL)
    credentials_file().unlink()
    if damage is not None:
        credentials_file().write_text(damage)
    for entry in prepare_demo_accounts(url=URL):
        assert can_sign_in(entry.email, entry.password)
    assert AdminUser.objects.count() == 3


def test_somebody_the_admin_removed_stays_removed():
    prepare_demo_accounts(url=URL)
    AdminUser.objects.filter(role="manager").delete()
    assert [entry.role for entry in prepare_demo_accounts(url=URL)] == ["admin", "user"]
    assert AdminUser.objects.count() == 2


def test_a_database_with_people_of_its_own_gets_no_demo_accounts():
    AdminUser.objects.create_user("real@example.org", "a password of mine")
    with pytest.raises(DemoAccountsRefused, match="People are here already"):
        prepare_demo_accounts(url=URL)
    assert AdminUser.objects.count() == 1
    assert not credentials_file().exists()


def test_a_public_installation_refuses_them(settings):
    settings.DEMO_ACCOUNTS_ALLOWED = False
    with pytest.raises(DemoAccountsRefused):
        prepare_demo_accounts(url=URL)
    assert not AdminUser.objects.exists()
