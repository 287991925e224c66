"""What the security log keeps of sign-ins, what its person reads of it, and the mail about somewhere new."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, first_broken_entry, record_event
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.sign_in_history import history_of, network_of
from tests.jobs_done import do_jobs

PASSWORD = "correct horse battery staple"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER_FIREFOX = FIREFOX.replace("140.0", "142.0")
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604"
)
NEW_DEVICE = "New sign-in to your account"


@pytest.fixture
def person(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


def sign_in(person, *, address="192.0.2.1", browser=FIREFOX, client=None, password=PASSWORD) -> Client:
    client = client or Client()
    client.post(
        "/login/",
        {"login": person.email, "password": password},
        REMOTE_ADDR=address,
        headers={"User-Agent": browser},
    )
    return client


def kinds(person) -> list[str]:
    return list(
        SecurityEvent.objects.filter(subject_id=person.pk).order_by("id").values_list("kind", flat=True)
    )


def test_what_somebody_does_is_one_entry_each(person, mailoutbox):
    client = sign_in(person, password="wrong")
    sign_in(person, client=client)
    form = {"oldpassword": PASSWORD, "password1": "a whole new battery", "password2": "a whole new battery"}
    client.post("/profile/password/", form)
    other = sign_in(person, password="a whole new battery")
    client.post("/profile/sessions/end-others/")
    client.post("/logout/")
    assert other.get("/profile/").status_code == 302
    assert kinds(person) == [
        "sign_in_failed",
        "signed_in",
        "password_changed",
        "signed_in",
        "sessions_ended",
        "signed_out",
    ]
    assert first_broken_entry() is None
    do_jobs()
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]


def test_a_failure_for_nobody_has_no_subject(person):
    Client().post("/login/", {"login": "nobody@staff.example", "password": "x"})
    (event,) = SecurityEvent.objects.all()
    assert (event.kind, event.subject_id) == ("sign_in_failed", None)
    assert "nobody" not in str(event.details)


def test_the_first_sign_in_of_all_is_no_news(person, mailoutbox):
    sign_in(person)
    do_jobs()
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("address", "browser"),
    [("192.0.2.200", FIREFOX), ("192.0.2.1", NEWER_FIREFOX)],
)
def test_the_same_kind_of_browser_in_the_same_network_is_no_news(person, mailoutbox, address, browser):
    sign_in(person)
    sign_in(person, address=address, browser=browser)
    do_jobs()
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("address", "browser", "device"),
    [("198.51.100.1", FIREFOX, "Firefox on Linux"), ("192.0.2.1", SAFARI, "Safari on iPhone")],
)
def test_another_network_or_browser_is_told_by_mail_with_the_way_to_a_new_password(
    person, mailoutbox, address, browser, device
):
    sign_in(person)
    sign_in(person, address=address, browser=browser)
    assert kinds(person) == ["signed_in", "signed_in", "new_device"]
    do_jobs()
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == ([person.email], NEW_DEVICE)
    for words in (address, device, "/password-reset/"):
        assert words in mail.body


def test_a_browser_that_was_there_before_is_known_wherever_it_goes(person, mailoutbox):
    laptop = sign_in(person)
    laptop.post("/logout/")
    sign_in(person, client=laptop, address="198.51.100.1", browser=NEWER_FIREFOX)
    do_jobs()
    assert mailoutbox == []


@pytest.mark.as_owner
def test_what_is_known_is_forgotten_after_ninety_days(person, mailoutbox):
    sign_in(person)
    with connection.cursor() as cursor:  # entries do not change: a year of them is made by the clock
        cursor.execute("ALTER TABLE accounts_security_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_security_event SET at = %s", [timezone.now() - timedelta(days=91)])
        cursor.execute("ALTER TABLE accounts_security_event ENABLE TRIGGER USER")
    sign_in(person)
    do_jobs()
    assert [mail.subject for mail in mailoutbox] == [NEW_DEVICE]


def test_networks_are_as_wide_as_a_customers():
    assert network_of("192.0.2.77") == "192.0.2.0/24"
    assert network_of("2001:db8:1:2::3") == "2001:db8:1::/48"


def test_a_person_reads_their_own_history_and_nobody_elses(person, user):
    client = sign_in(person)
    record_event(Kind.SIGN_IN_FAILED, actor_id=None, subject_id=user.pk, details={"device": "Their browser"})
    record_event(Kind.SESSIONS_ENDED, actor_id=user.pk, subject_id=person.pk)
    page = client.get("/profile/sign-ins/").content.decode()
    assert "Firefox on Linux" in page
    assert "by an administrator" in page
    assert "Their browser" not in page


def test_history_comes_in_pages(person):
    for _ in range(120):
        record_event(Kind.SIGNED_OUT, actor_id=person.pk, subject_id=person.pk)
    seen, before = [], None
    for _ in range(3):
        page, before = history_of(person, before=before)
        seen += [entry.id for entry in page]
    assert before is None
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 120
    client = sign_in(person)
    for nonsense in ("x", "-1", "9" * 40, ""):
        assert client.get(f"/profile/sign-ins/?before={nonsense}").status_code == 200


def test_when_a_person_was_seen_last_is_kept_with_the_notes_of_the_session(person, django_assert_num_queries):
    client = sign_in(person)
    person.refresh_from_db()
    assert person.last_seen_at
    client.get("/profile/")
    with django_assert_num_queries(2):
        client.get("/profile/")
    session = client.session
    session["seen_at"] -= 61
    session.save()
    AdminUser.objects.filter(pk=person.pk).update(last_seen_at=None)
    client.get("/profile/")
    person.refresh_from_db()
    assert person.last_seen_at
    assert timezone.now() - person.last_seen_at < timedelta(minutes=1)


def test_without_remember_me_the_cookie_ends_with_the_browser_and_with_it_after_the_longest_lifetime(
    person, settings
):
    for values, lasts in (({}, ""), ({"remember": "on"}, settings.SESSION_COOKIE_AGE)):
        client = Client()
        client.post("/login/", {"login": person.email, "password": PASSWORD} | values)
        assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == lasts
