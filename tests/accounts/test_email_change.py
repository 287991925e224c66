"""Another e-mail address: only with the password fresh, only by the new mail box, and nobody learns whose it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.test import Client
from django.utils import timezone

from apps.accounts.email_change.links import confirm_path
from apps.accounts.email_change.models import EmailChange
from apps.accounts.email_change.operations import ask_email_change
from apps.accounts.models import AdminUser
from apps.accounts.reset_links import reset_path
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.sessions.lifetimes import SIGNED_IN_AT
from tests.jobs_done import do_jobs

ORIGIN = "https://crm.example.com/"
NEW = "max.new@staff.example"


def ask(person: AdminUser, email: str = NEW) -> str:
    """The link that would be mailed."""
    return confirm_path(ask_email_change(person, email=email, origin=ORIGIN))


def test_the_link_changes_the_address_once_and_both_addresses_hear_of_it(manager, sign_in, mailoutbox):
    client = sign_in(manager)
    answer = client.post("/profile/email/", {"email": " Max.New@Staff.Example "})
    assert answer.status_code == 200
    manager.refresh_from_db()
    assert manager.email == "max@staff.example"
    do_jobs()
    link = next(word for word in mailoutbox[0].body.split() if "/profile/email/" in word)
    assert mailoutbox[0].to == [NEW]

    assert client.get(link).status_code == 200
    manager.refresh_from_db()
    assert manager.email == "max@staff.example"  # a mail program's look changes nothing
    assert client.post(link).status_code == 302
    manager.refresh_from_db()
    assert manager.email == NEW
    do_jobs()
    assert [mail.to for mail in mailoutbox[1:]] == [["max@staff.example"]]
    assert not EmailChange.objects.exists()
    assert SecurityEvent.objects.filter(kind="email_changed", subject_id=manager.pk).count() == 1
    assert client.post(link).status_code == 410


def test_sessions_elsewhere_end_and_links_to_a_new_password_die(manager, sign_in):
    here, there, stranger = sign_in(manager), sign_in(manager), Client()
    old_link = reset_path(manager)
    here.post(ask(manager))
    assert here.get("/profile/").status_code == 200
    assert there.get("/profile/").status_code == 302
    assert "This link no longer works" in stranger.get(old_link).content.decode()


def test_whoever_opens_the_link_elsewhere_is_not_signed_in_by_it(manager):
    stranger = Client()
    page = stranger.post(ask(manager))
    assert "Sign in with" in page.content.decode()
    assert stranger.get("/profile/").status_code == 302


@pytest.mark.parametrize(
    "change", [{"password": "!"}, {"is_active": False}, {"email": "third@staff.example"}]
)
def test_the_link_dies_when_anything_else_about_the_account_changes(manager, change):
    link = ask(manager)
    AdminUser.objects.filter(pk=manager.pk).update(**change)
    assert Client().get(link).status_code == 410
    assert Client().post(link).status_code == 410


def test_the_link_dies_after_an_hour_and_with_another_question(manager, settings):
    first = ask(manager)
    second = ask(manager, "max.other@staff.example")
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert Client().get(second).status_code == 410


@pytest.mark.parametrize("link", ["/profile/email/1/x/", "/profile/email/999999/dijz-abc/"])
def test_an_invented_link_is_dead(manager, link):
    ask(manager)
    assert Client().post(link).status_code == 410


def test_the_address_of_somebody_else_gets_the_same_answer_and_its_owner_a_mail(
    manager, user, sign_in, mailoutbox
):
    client = sign_in(manager)
    taken = client.post("/profile/email/", {"email": user.email})
    do_jobs()
    free = client.post("/profile/email/", {"email": "una@staff.example"})
    do_jobs()
    assert taken.status_code == free.status_code == 200
    assert _page(taken, user.email) == _page(free, "una@staff.example")
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["uma@staff.example"], "Somebody entered your e-mail address"),
        (["una@staff.example"], "Confirm your new e-mail address"),
    ]
    assert manager.email not in mailoutbox[0].body


def _page(answer, email: str) -> str:
    page = answer.content.decode().replace(email, "")
    return "\n".join(line for line in page.splitlines() if "csrf" not in line and "nonce" not in line)


@pytest.mark.parametrize("typed", ["UMA@STAFF.EXAMPLE", "uma@\u017ftaff.example", "ＵＭＡ@staff.example"])
def test_look_alikes_of_an_address_are_that_address(manager, user, mailoutbox, typed):
    ask_email_change(manager, email=typed, origin=ORIGIN)
    do_jobs()
    assert [mail.to for mail in mailoutbox] == [["uma@staff.example"]]


def test_the_database_refuses_a_second_spelling(user):
    with pytest.raises(IntegrityError), transaction.atomic():
        AdminUser.objects.create(email="uma@\u017ftaff.example")


@pytest.mark.parametrize(
    "typed", ["max@staff.example", "MAX@staff.example", "no address", "", "ümäüt@staff.example"]
)
def test_what_is_no_new_address_is_refused_with_words(manager, sign_in, typed):
    answer = sign_in(manager).post("/profile/email/", {"email": typed})
    assert "needs your attention" in answer.content.decode()
    assert not EmailChange.objects.exists()


def test_it_asks_who_is_there_first(manager, sign_in):
    client = sign_in(manager)
    session = client.session
    session[SIGNED_IN_AT] -= 3600
    session.save()
    for answer in (client.get("/profile/email/"), client.post("/profile/email/", {"email": NEW})):
        assert answer["Location"].startswith("/reauthenticate/")
    assert not EmailChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_one_address_at_once_one_gets_it_and_the_other_is_told(manager, user):
    links, together = [ask(manager, NEW), ask(user, NEW)], Barrier(2, timeout=60)

    def use(link: str) -> tuple[int, str]:
        together.wait()
        answer = Client().post(link)
        connections.close_all()
        return answer.status_code, answer.content.decode()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(use, links))
    assert [status for status, _ in answers] == [200, 409]
    assert "Somebody else has this address now" in answers[1][1]
    assert AdminUser.objects.filter(email=NEW).count() == 1


def test_a_copy_of_the_address_that_allauth_keeps_cannot_differ(manager):
    EmailAddress.objects.create(user=manager, email=manager.email, verified=True, primary=True)
    Client().post(ask(manager))
    assert not EmailAddress.objects.exists()
    manager.set_password("correct horse battery staple")
    manager.save(update_fields=["password"])
    for email in (NEW, "max@staff.example"):
        answer = Client().post("/login/", {"login": email, "password": "correct horse battery staple"})
        assert (answer.status_code == 302) is (email == NEW)


def test_an_address_that_was_never_confirmed_is_forgotten_after_a_week(manager, user):
    ask(manager)
    ask(user, "uma.new@staff.example")
    EmailChange.objects.filter(user=manager).update(asked_at=timezone.now() - timedelta(days=8))
    call_command("purge", verbosity=0)
    assert [change.user_id for change in EmailChange.objects.all()] == [user.pk]
