"""A forgotten password: links that work once, tell nobody anything, and cost the same for everybody (A5, A6)."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import AdminUser
from apps.accounts.reset_links import reset_path
from apps.accounts.security_log.models import SecurityEvent
from tests.jobs_done import do_jobs, queued

PASSWORD = "correct horse battery staple"
NEW = {"password1": "a whole new battery", "password2": "a whole new battery"}
DEAD = "This link no longer works"


@pytest.fixture
def person(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


def follow(client: Client, link: str) -> str:
    """The page of the form, behind the link."""
    answer = client.get(link)
    return answer["Location"] if answer.status_code == 302 else ""


def is_dead(link: str) -> bool:
    return DEAD in Client().get(link).content.decode()


def test_a_link_works_once_signs_nobody_in_and_is_in_the_log(person, mailoutbox):
    link, client = reset_path(person), Client()
    form = follow(client, link)
    assert client.post(form, NEW).status_code == 302
    assert client.get("/contacts/").status_code == 302
    assert is_dead(link)
    assert DEAD in client.post(form, NEW).content.decode()
    person.refresh_from_db()
    assert person.check_password(NEW["password1"])
    assert SecurityEvent.objects.filter(kind="password_reset", subject_id=person.pk).count() == 1
    do_jobs()
    assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]


@pytest.mark.parametrize(
    "change",
    [
        {"email": "other@staff.example"},
        {"is_active": False},
        {"password": "!"},
    ],
)
def test_a_link_dies_with_another_address_password_or_with_the_account(person, change):
    link = reset_path(person)
    assert not is_dead(link)
    AdminUser.objects.filter(pk=person.pk).update(**change)
    assert is_dead(link)


def test_a_link_dies_after_an_hour(person, settings):
    link = reset_path(person)
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    settings.PASSWORD_RESET_TIMEOUT = -1  # as if that time had passed
    assert is_dead(link)


def test_the_key_is_gone_from_the_address_before_a_page_is_shown(person):
    link, client = reset_path(person), Client()
    form = follow(client, link)
    key = urlsplit(link).path.rstrip("/").rpartition("-")[2]
    assert key not in form
    page = client.get(form)
    assert key not in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"


def test_the_table_of_sessions_holds_no_link_that_was_opened(person):
    link, client = reset_path(person), Client()
    form = follow(client, link)
    for _ in range(2):
        assert client.get(form).status_code == 200
        kept = str([session.get_decoded() for session in Session.objects.all()])
        assert "_password_reset_key" in kept
        assert link.rstrip("/").rpartition("-")[2] not in kept
    assert client.post(form, NEW).status_code == 302


def test_looking_at_a_link_uses_nothing_up(person):
    """Programs that look through mails open it, some without asking for the page."""
    link = reset_path(person)
    for _ in range(3):
        assert Client().head(link).status_code == 302
        follow(Client(), link)
    assert Client().options(link).status_code != 500
    client = Client()
    assert client.post(follow(client, link), NEW).status_code == 302


def test_somebody_else_who_is_signed_in_is_signed_out_by_the_new_password_alone(person, user, sign_in):
    client = sign_in(user)
    form = follow(client, reset_path(person))
    assert client.get(form).status_code == 200
    assert client.get("/profile/").status_code == 200
    assert client.post(form, NEW).status_code == 302
    assert client.get("/profile/").status_code == 302
    person.refresh_from_db()
    assert person.check_password(NEW["password1"])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_gets_the_password(person):
    link, together = reset_path(person), Barrier(2, timeout=60)

    def use(password: str) -> int:
        client = Client()
        form = follow(client, link)
        together.wait()
        answer = client.post(form, {"password1": password, "password2": password})
        connections.close_all()
        return answer.status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(use, ["the first new battery", "the second new battery"]))
    assert answers == [200, 302]
    assert SecurityEvent.objects.filter(kind="password_reset").count() == 1


def test_a_person_who_is_invited_or_gone_gets_no_link(person, user, mailoutbox):
    AdminUser.objects.filter(pk=person.pk).update(is_active=False)
    AdminUser.objects.filter(pk=user.pk).update(invited_at=user.created_at)
    for email in (person.email, user.email, "nobody@staff.example"):
        Client().post("/password-reset/", {"email": email})
    assert do_jobs() == 3
    assert mailoutbox == []


def test_who_asked_is_in_the_log(person):
    Client().post("/password-reset/", {"email": person.email}, REMOTE_ADDR="192.0.2.5")
    do_jobs()
    (event,) = SecurityEvent.objects.filter(subject_id=person.pk)
    assert (event.kind, event.address, event.actor_id) == ("password_reset_asked", "192.0.2.5", None)


def test_look_alike_letters_ask_for_the_same_account_and_the_mail_goes_to_the_one_on_record(
    person, mailoutbox
):
    for email in (
        "MAX@STAFF.EXAMPLE",
        "max@\N{LATIN SMALL LETTER LONG S}taff.example",
        "ＭＡＸ@staff.example",
    ):
        Client().post("/password-reset/", {"email": email})
    do_jobs()
    assert {tuple(mail.to) for mail in mailoutbox} == {("max@staff.example",)}


@contextmanager
def work() -> Iterator[Counter[str]]:
    """What is done meanwhile, to be compared: statements by their shape, hashes of passwords, jobs."""
    done: Counter[str] = Counter()
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, salt: str) -> str:
        done["hash"] += 1
        return encode(self, password, salt)

    before = len(queued())
    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as queries:
        patch.setattr(MD5PasswordHasher, "encode", counted)
        yield done
    # Names of savepoints and cursors are drawn anew each time.
    shapes = (
        re.sub(r'"s?[0-9]+_x?[a-z]*[0-9]+"|_[0-9]+_[a-z]+_[0-9]+', "", query["sql"]) for query in queries
    )
    done.update(shape.split("(")[0][:40] for shape in shapes)
    done["jobs"] = len(queued()) - before


def work_of(path: str, values: dict[str, str]) -> tuple[Counter[str], int, str, str]:
    """The work, the status, the target and the page, without what is drawn anew each time and what was typed."""
    with work() as done:
        answer = Client().post(path, values)
    page = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", answer.content.decode())
    for value in values.values():
        page = page.replace(value, "")
    return done, answer.status_code, answer.get("Location", ""), page


@pytest.fixture
def inactive(user: AdminUser) -> AdminUser:
    user.set_password(PASSWORD)
    user.is_active = False
    user.save()
    return user


def test_asking_for_a_link_is_the_same_work_for_known_and_unknown_addresses(person, inactive):
    known, unknown, gone = (
        work_of("/password-reset/", {"email": email})
        for email in (person.email, "nob@staff.example", inactive.email)
    )
    assert known == unknown == gone
    assert known[0]["jobs"] == 1


def test_a_wrong_password_is_the_same_work_for_known_unknown_and_inactive_people(person, inactive):
    known, unknown, gone = (
        work_of("/login/", {"login": email, "password": "wrong"})
        for email in (person.email, "nob@staff.example", inactive.email)
    )
    assert known == unknown == gone
    assert known[0]["hash"] == 1
