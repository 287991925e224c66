"""A person's own page: what it says, what they may change there, and where it shows."""

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.start_pages import start_pages
from apps.accounts.time_zones import UTC, zone_names, zone_of

WHOLE = {
    "name": "Maximilian Manager",
    "language": "es",
    "time_zone": "Europe/Vienna",
    "start_page": "operation_list",
    "theme": "dark",
    "density": "compact",
}


def test_what_is_chosen_is_kept_and_a_new_name_is_in_the_log(manager, sign_in):
    client = sign_in(manager)
    assert client.post("/profile/", WHOLE).status_code == 302
    assert client.post("/profile/", WHOLE).status_code == 302
    manager.refresh_from_db()
    assert {name: getattr(manager, name) for name in WHOLE} == WHOLE
    (event,) = SecurityEvent.objects.filter(kind="edited")
    assert (event.subject_id, event.details) == (manager.pk, {"fields": ["name"]})


def test_nothing_else_of_a_person_can_be_changed_there(manager, sign_in):
    before = AdminUser.objects.filter(pk=manager.pk).values(
        "email", "role", "download_limit", "column_rights", "capability_overrides", "is_active", "password"
    )
    kept = list(before)
    sign_in(manager).post(
        "/profile/",
        WHOLE
        | {
            "email": "evil@staff.example",
            "role": "admin",
            "download_limit": "-1",
            "column_rights": "{}",
            "capability_overrides": '{"billing": true}',
            "is_active": "",
            "password": "x",
        },
    )
    assert list(before.all()) == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("language", "xx"),
        ("language", "../../etc/passwd"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", ""),
        ("theme", "neon"),
        ("density", ""),
        ("start_page", "ops_overview"),
        ("start_page", "https://evil.example/"),
        ("name", "x" * 151),
    ],
)
def test_nonsense_is_refused_and_nothing_is_saved(manager, sign_in, field, value):
    answer = sign_in(manager).post("/profile/", WHOLE | {field: value})
    assert answer.status_code == 200
    assert "needs your attention" in answer.content.decode()
    assert AdminUser.objects.get(pk=manager.pk).theme == "auto"


@pytest.mark.parametrize("typed", ["Kolkata", "asia/kolkata", "Asia/Kolkata"])
def test_a_place_is_enough_for_a_time_zone(manager, sign_in, typed):
    sign_in(manager).post("/profile/", WHOLE | {"time_zone": typed})
    assert AdminUser.objects.get(pk=manager.pk).time_zone == "Asia/Kolkata"


def test_a_time_zone_that_this_machine_does_not_know_is_utc(manager):
    manager.time_zone = "Mars/Olympus"
    assert zone_of(manager) is UTC
    assert len(zone_names()) > 300


def test_times_are_those_of_the_person_for_the_length_of_their_request(manager, sign_in):
    AdminUser.objects.filter(pk=manager.pk).update(time_zone="Pacific/Kiritimati")
    client = sign_in(manager)
    session_began = timezone.localtime(timezone=zone_of(AdminUser.objects.get(pk=manager.pk)))
    page = client.get("/profile/sessions/").content.decode()
    assert f"{session_began:%H:}" in page
    assert f"{session_began.day} {session_began:%b %Y}" in page
    assert timezone.get_current_timezone_name() == "UTC"


def test_the_page_says_what_one_may_do_in_words(user, manager, sign_in):
    assert "Export contacts".lower() in sign_in(user).get("/profile/").content.decode()
    assert "merge contacts" not in sign_in(user).get("/profile/").content.decode()
    assert "merge contacts" in sign_in(manager).get("/profile/").content.decode()


def test_the_start_page_is_one_that_the_person_may_open(manager, sign_in, access_of):
    client = sign_in(manager)
    assert client.get("/")["Location"] == "/contacts/"
    AdminUser.objects.filter(pk=manager.pk).update(start_page="operation_list")
    assert client.get("/")["Location"] == "/contacts/operations/"
    for no_page in ("ops_overview", "account_logout", "nothing"):
        AdminUser.objects.filter(pk=manager.pk).update(start_page=no_page)
        assert client.get("/")["Location"] == "/contacts/"
    AdminUser.objects.filter(pk=manager.pk).update(capability_overrides={"browse": False})
    manager.refresh_from_db()
    assert "contact_list" not in dict(start_pages(access_of(manager)))


def test_the_look_comes_with_the_page(manager, sign_in):
    AdminUser.objects.filter(pk=manager.pk).update(theme="dark", density="compact", time_zone="Asia/Kolkata")
    manager.set_password("correct horse battery staple")
    manager.save(update_fields=["password"])
    client = sign_in(manager)
    wanted = '<html lang="en" data-theme="dark" data-density="compact" data-time-zone="Asia/Kolkata">'
    for path in ("/contacts/", "/profile/password/", "/reauthenticate/"):
        assert wanted in client.get(path).content.decode()
    assert '<html lang="en">' in Client().get("/login/").content.decode()


def test_the_switches_of_the_menu_save_what_they_say(manager, sign_in):
    client = sign_in(manager)
    referer = {"Referer": "http://testserver/industries/?q=a"}
    answer = client.post("/profile/appearance/", {"theme": "dark"}, headers=referer)
    assert answer["Location"] == "http://testserver/industries/?q=a"
    answer = client.post(
        "/profile/appearance/", {"density": "compact"}, headers={"Referer": "https://evil.example/"}
    )
    assert answer["Location"] == "/profile/"
    answer = client.post("/profile/appearance/", {"theme": "dark"}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 204
    assert client.post("/profile/appearance/", {"theme": "neon"}).status_code == 400
    manager.refresh_from_db()
    assert (manager.theme, manager.density) == ("dark", "compact")


def test_the_pages_stay_in_their_query_budget(manager, sign_in, django_assert_max_num_queries):
    client = sign_in(manager)
    client.get("/profile/")
    with django_assert_max_num_queries(2):  # session and person
        client.get("/profile/")
    with django_assert_max_num_queries(3):
        client.get("/profile/sign-ins/")
