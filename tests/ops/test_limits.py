"""The operators' page of limits, and the command that does the same."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from apps.accounts.models import AdminUser
from apps.core.limits.keys import hashed_email
from apps.core.limits.models import RateLimitWindow
from apps.core.limits.operations import count_try


@pytest.fixture(autouse=True)
def rates(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "sign_in": {"account": (2, 300), "address": (100, 60)},
        "upload": {"account": (1, 60), "address": (1, 60)},
    }


@pytest.fixture
def limited_people(user: AdminUser) -> None:
    for email in ("uma@staff.example", "stranger@else.example"):
        for _ in range(4):
            count_try("sign_in", {"account": hashed_email(email), "address": "192.0.2.1"})
    count_try("upload", {"account": str(user.pk), "address": "2001:db8:1:2::/64"})


def reset(*arguments: str) -> str:
    out = StringIO()
    call_command("reset_rate_limit", *arguments, stdout=out)
    return out.getvalue()


def test_the_page_names_who_is_limited_and_lets_them_in(limited_people, sign_in, admin):
    client = sign_in(admin)
    page = client.get("/ops/limits/").content.decode()
    for name in ("Uma User (uma@staff.example)", "An account that does not exist here", "2001:db8:1:2::/64"):
        assert name in page
    assert "stranger" not in page

    key = hashed_email("uma@staff.example")
    answer = client.post(
        "/ops/limits/lift/", {"class": "sign_in", "kind": "account", "key": key}, follow=True
    )
    assert "The limit is lifted." in answer.content.decode()
    assert not RateLimitWindow.objects.filter(key=key).exists()
    assert RateLimitWindow.objects.filter(route_class="upload").count() == 2
    again = client.post("/ops/limits/lift/", {"class": "sign_in", "kind": "account", "key": key}, follow=True)
    assert "That limit was over already." in again.content.decode()


def test_a_form_without_a_key_lifts_nothing(limited_people, sign_in, admin):
    before = RateLimitWindow.objects.count()
    sign_in(admin).post("/ops/limits/lift/")
    assert RateLimitWindow.objects.count() == before


@pytest.mark.parametrize("name", ["class", "kind", "key"])
def test_a_form_with_what_no_name_can_hold_is_refused(limited_people, sign_in, admin, name):
    form = {"class": "sign_in", "kind": "account", "key": "1"} | {name: "a\0b"}
    assert sign_in(admin).post("/ops/limits/lift/", form).status_code == 400


def test_only_who_sees_operations_lifts_and_only_with_a_form_of_ours(limited_people, user, admin):
    before = RateLimitWindow.objects.count()
    key = hashed_email("uma@staff.example")
    for person in (None, user, admin):
        client = Client(enforce_csrf_checks=person is admin)
        if person:
            client.force_login(person)
        answer = client.post("/ops/limits/lift/", {"class": "sign_in", "kind": "account", "key": key})
        assert answer.status_code in {302, 403}
        assert client.get(f"/ops/limits/lift/?class=sign_in&kind=account&key={key}").status_code in {
            302,
            403,
            405,
        }
    assert RateLimitWindow.objects.count() == before


def test_the_page_asks_as_often_for_many_as_for_few(
    limited_people, sign_in, admin, django_assert_num_queries
):
    client = sign_in(admin)
    client.get("/ops/limits/")
    for number in range(40):
        count_try("upload", {"account": f"{number + 10_000}", "address": f"198.51.100.{number}"})
    with django_assert_num_queries(4):  # session, person, who is limited, their names
        client.get("/ops/limits/")


@pytest.mark.django_db
def test_an_empty_page_says_what_would_be_here(sign_in, admin):
    assert "Nobody is over a limit now" in sign_in(admin).get("/ops/limits/").content.decode()


def test_the_command_shows_and_lifts(limited_people, user):
    shown = {(each["class"], each["who"]) for each in json.loads(reset("--show", "--json"))}
    assert shown == {
        ("sign_in", "Uma User (uma@staff.example)"),
        ("sign_in", "An account that does not exist here"),
        ("upload", "Uma User (uma@staff.example)"),
        ("upload", "2001:db8:1:2::/64"),
    }
    assert "Uma User (uma@staff.example)" in reset("--show")
    assert json.loads(reset("--username", "UMA@staff.example", "--json")) == {"lifted": 2}
    assert reset("--username", "stranger@else.example") == "Limits begun anew: 1.\n"
    assert reset("--ip", "2001:db8:1:2:3::4") == "Limits begun anew: 1.\n"
    assert json.loads(reset("--show", "--json")) == []
    assert "Nobody is limited now." in reset("--show")
    assert reset("--all") == "Limits begun anew: 1.\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--ip", "somewhere"], 2),
        (["--ip", "192.0.2.9"], 3),
        (["--username", "x@x.example"], 3),
        (["--all"], 3),
    ],
)
def test_the_command_says_by_its_exit_code_why_nothing_happened(arguments, code):
    with pytest.raises(CommandError) as refusal:
        reset(*arguments)
    assert refusal.value.returncode == code
