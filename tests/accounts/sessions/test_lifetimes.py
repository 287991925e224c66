"""Sessions end: without use, with age, at sign-out, with the password, and when somebody ends them."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import F
from django.test import Client
from django.urls import reverse

from apps.accounts.models import AdminUser
from apps.accounts.sessions.operations import end_sessions
from tests.jobs_done import do_jobs

PASSWORD = "correct horse battery staple"
HOUR, DAY = 3600, 86_400


@pytest.fixture
def person(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


def by_form(person: AdminUser, **headers: str) -> Client:
    client = Client(headers=headers)
    assert client.post("/login/", {"login": person.email, "password": PASSWORD}).status_code == 302
    return client


def let_pass(client: Client, *, unused: int = 0, signed_in: int = 0) -> None:
    """As if that many seconds had passed since the session was used, and since it began."""
    session = client.session
    session["seen_at"] -= unused
    session["signed_in_at"] -= signed_in
    session.save()
    UserSession.objects.filter(session_key=session.session_key).update(
        last_seen_at=F("last_seen_at") - timedelta(seconds=unused),
        created_at=F("created_at") - timedelta(seconds=signed_in),
    )


def why(answer) -> str:
    """What the sign-in page is told; "in" for no sign-in page."""
    if answer.status_code != 302 or not answer["Location"].startswith("/login/"):
        return "in"
    return parse_qs(urlsplit(answer["Location"]).query).get("ended", [""])[0]


@pytest.mark.parametrize(
    ("role", "unused", "signed_in", "end"),
    [
        ("manager", 8 * HOUR - 5, 8 * HOUR, "in"),
        ("manager", 8 * HOUR, 8 * HOUR, "idle"),
        ("manager", 0, 7 * DAY - 5, "in"),
        ("manager", 0, 7 * DAY, "age"),
        ("admin", HOUR - 5, HOUR, "in"),
        ("admin", HOUR, HOUR, "idle"),
        ("admin", 0, DAY, "age"),
        ("user", DAY * 3, DAY * 3, "idle"),
    ],
)
def test_a_session_lasts_so_long_without_use_and_so_long_in_all(
    sign_in, person, role, unused, signed_in, end
):
    AdminUser.objects.filter(pk=person.pk).update(role=role)
    client = sign_in(person)
    let_pass(client, unused=unused, signed_in=signed_in)
    key = client.session.session_key
    answer = client.get("/contacts/?country=Spain")
    assert why(answer) == end
    if end != "in":
        assert parse_qs(urlsplit(answer["Location"]).query)["next"] == ["/contacts/?country=Spain"]
        assert not Session.objects.filter(session_key=key).exists()
        assert not UserSession.objects.filter(session_key=key).exists()


def test_the_lifetimes_are_settings(sign_in, person, settings):
    client = sign_in(person)
    let_pass(client, unused=100, signed_in=100)
    settings.SESSION_LIFETIMES = {"admin": (1, 1), "others": (90, 1000)}
    assert why(client.get("/contacts/")) == "idle"


@pytest.mark.parametrize("path", ["/", "/contacts/", "/profile/sessions/", "/industries/"])
def test_the_sign_in_page_says_why_and_leads_back(sign_in, person, path):
    client = sign_in(person)
    let_pass(client, unused=9 * HOUR)
    answer = client.get(path)
    page = client.get(answer["Location"]).content.decode()
    assert "You were signed out because you had not done anything here for a while." in page
    back = client.post("/login/", {"login": person.email, "password": PASSWORD, "next": path})
    assert back["Location"] == path
    assert client.get("/profile/sessions/").status_code == 200


def test_a_fragment_of_a_page_sends_the_whole_page_to_sign_in(sign_in, person):
    client = sign_in(person)
    let_pass(client, unused=9 * HOUR)
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/contacts/?q=ann"}
    answer = client.get("/contacts/?q=anna", headers=headers)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/login/?next=/contacts/%3Fq%3Dann&ended=idle"


@pytest.mark.parametrize("encoded", ["", "true"])
def test_a_page_that_is_no_address_is_no_error(client, db, encoded):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://%5B" if encoded else "http://["}
    answer = client.get("/contacts/", headers=headers | {"HX-Current-URL-URI-AutoEncoded": encoded})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/login/?next=/")


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://testserver/contacts/new/?x=1", "/contacts/new/?x=1"),
        ("http://evil.example/contacts/", "/"),
        ("//evil.example/", "/"),
        ("http://[", "/"),
        ("", "/"),
    ],
)
def test_a_form_that_came_too_late_leads_back_to_its_page(sign_in, person, referer, back):
    client = sign_in(person)
    let_pass(client, unused=9 * HOUR)
    answer = client.post("/contacts/1/undo/", headers={"Referer": referer})
    found = parse_qs(urlsplit(client.post("/contacts/new/", headers={"Referer": referer})["Location"]).query)
    assert found["next"] == [back]
    assert answer.status_code in {302, 404}


def test_who_only_came_to_reset_a_password_is_not_disturbed(sign_in, person):
    client = sign_in(person)
    let_pass(client, unused=9 * HOUR)
    assert client.get("/password-reset/").status_code == 200


def test_use_is_noted_once_a_minute(sign_in, person, django_assert_num_queries):
    client = sign_in(person)
    client.get("/industries/new/")
    with django_assert_num_queries(2):
        client.get("/industries/new/")
    let_pass(client, unused=70)
    client.get("/industries/new/", headers={"User-Agent": "curl/8.5.0"}, REMOTE_ADDR="192.0.2.77")
    assert time.time() - client.session["seen_at"] < 5
    row = UserSession.objects.get(session_key=client.session.session_key)
    assert time.time() - row.last_seen_at.timestamp() < 5
    assert (row.ip, row.user_agent) == ("192.0.2.77", "curl/8.5.0")
    with django_assert_num_queries(2):
        client.get("/industries/new/")


def test_a_session_that_says_nothing_of_its_beginning_is_over(sign_in, person):
    """From before there were lifetimes: nobody could find it to end it."""
    client = sign_in(person)
    session = client.session
    del session["signed_in_at"]
    session.save()
    assert why(client.get("/contacts/")) == "ended"


def test_the_key_is_another_one_after_sign_in_and_after_confirming(person):
    client = Client()
    client.get("/login/")
    stranger = client.session
    stranger["x"] = 1
    stranger.save()
    before = stranger.session_key or ""
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    client.post("/login/", {"login": person.email, "password": PASSWORD})
    signed_in = client.session.session_key
    assert signed_in != before
    assert not Session.objects.filter(session_key=before).exists()

    assert client.post("/reauthenticate/", {"password": PASSWORD}).status_code == 302
    confirmed = client.session.session_key or ""
    assert confirmed != signed_in
    assert not Session.objects.filter(session_key=signed_in).exists()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [confirmed]
    assert client.get("/contacts/").status_code == 200
    assert len(confirmed) == 32  # of 36 letters and digits: 165 bits


def test_a_cookie_kept_from_before_signing_out_opens_nothing(person):
    client = by_form(person)
    kept = client.cookies[settings.SESSION_COOKIE_NAME].value
    answer = client.post("/logout/")
    assert answer["Clear-Site-Data"] == '"cache"'  # "storage" would take the theme along
    assert not UserSession.objects.exists()
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert why(thief.get("/contacts/")) == "ended"
    assert thief.post("/contacts/new/", {"first_name": "X"}).status_code == 302


def test_a_new_password_ends_all_other_sessions_and_this_one_goes_on(person):
    here, there = by_form(person), by_form(person)
    began = UserSession.objects.get(session_key=here.session.session_key).created_at
    form = {"oldpassword": PASSWORD, "password1": "a whole new battery", "password2": "a whole new battery"}
    assert here.post("/profile/password/", form).status_code == 302
    assert here.get("/contacts/").status_code == 200
    assert why(there.get("/contacts/")) == "ended"
    row = UserSession.objects.get()
    assert (row.session_key, row.created_at) == (here.session.session_key, began)


def test_a_password_chosen_through_the_mail_ends_all_sessions(person, mailoutbox):
    client = by_form(person)
    stranger = Client()
    stranger.post("/password-reset/", {"email": person.email})
    do_jobs()
    link = next(word for word in mailoutbox[0].body.split() if "/password-reset/key/" in word)
    form = stranger.get(urlsplit(link).path)["Location"]
    new = {"password1": "a whole new battery", "password2": "a whole new battery"}
    assert stranger.post(form, new).status_code == 302
    assert not UserSession.objects.exists()
    assert why(client.get("/contacts/")) == "ended"


def test_a_new_password_brings_no_older_rights_back(person):
    """The row read when the form was sent was written back as a whole once, with the role of that moment."""
    client = by_form(person)
    user_id = person.pk
    stale = AdminUser.objects.get(pk=user_id)
    AdminUser.objects.filter(pk=user_id).update(role="user")
    from apps.accounts.adapter import AccountAdapter

    AccountAdapter().set_password(stale, "a whole new battery")
    assert AdminUser.objects.get(pk=user_id).role == "user"
    assert why(client.get("/contacts/")) == "ended"


def test_where_somebody_signed_in_from_last_is_kept(person):
    Client().post("/login/", {"login": person.email, "password": PASSWORD}, REMOTE_ADDR="192.0.2.9")
    person.refresh_from_db()
    assert person.last_login_ip == "192.0.2.9"


def test_a_session_ended_while_a_request_runs_does_not_come_back(sign_in, person):
    client = sign_in(person)
    let_pass(client, unused=70)
    key = client.session.session_key
    assert end_sessions(person) == 1
    assert why(client.get("/contacts/")) == "ended"
    assert not Session.objects.filter(session_key=key).exists()


def test_signing_in_twice_in_one_browser_leaves_one_session(person):
    client = by_form(person)
    client.post("/logout/")
    client.post("/login/", {"login": person.email, "password": PASSWORD})
    assert UserSession.objects.count() == 1


def test_names_of_the_sign_in_page_are_not_taken_from_the_address(client, db):
    page = client.get(reverse("account_login") + "?ended=<script>").content.decode()
    assert "signed out because" not in page
    assert "<script>" not in page.partition("<body")[2]
