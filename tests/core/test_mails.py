"""Mails: two parts that say the same, sent by jobs, kept for reading where there is no mail server."""

import re
import smtplib
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.test import Client

from apps.accounts.email_change.links import token_of
from apps.accounts.email_change.operations import ask_email_change, confirm_email_change
from apps.accounts.mails.jobs import send_notice
from apps.accounts.models import AdminUser
from apps.accounts.password_reset import ask_password_reset
from apps.accounts.security_log.log import Kind, record_event
from apps.core.jobs.running import describe
from apps.core.kept_mails.folder import MOST_KEPT, keep, kept_mails
from apps.core.mails import MailNotSent, MailRefused, send_mail_template
from tests.jobs_done import do_jobs, queued

ORIGIN = "https://crm.example.com/"
NAME = '<b onclick="x">Ann & Co</b>'
FOLDERS = sorted(file.parent.name for file in Path("templates/emails").glob("*/subject.txt"))


@pytest.fixture
def person(db: None) -> AdminUser:
    person: AdminUser = AdminUser.objects.create_user("ann@staff.example", "old password of ann", name=NAME)
    return person


def notice(kind: Kind) -> Callable[[AdminUser], None]:
    def make(person: AdminUser) -> None:
        event = record_event(
            kind,
            actor_id=None,
            subject_id=person.pk,
            details={"device": "<i>Firefox</i> on Linux"},
            address="192.0.2.7",
        )
        send_notice.enqueue({"event_id": event.pk, "origin": ORIGIN})

    return make


def reset(person: AdminUser) -> None:
    ask_password_reset(person.email, address="192.0.2.7", origin=ORIGIN)


def confirm(person: AdminUser) -> None:
    ask_email_change(person, email="ann.new@staff.example", origin=ORIGIN)


def taken(person: AdminUser) -> None:
    other = AdminUser.objects.create_user("bob@staff.example", name="Bob")
    ask_email_change(other, email=person.email, origin=ORIGIN)


def changed(person: AdminUser) -> None:
    change = ask_email_change(person, email="ann.new@staff.example", origin=ORIGIN)
    confirm_email_change(change_id=change.pk, token=token_of(change), origin=ORIGIN)


MAILS: dict[str, Callable[[AdminUser], None]] = {
    "password_reset": reset,
    "password_changed": notice(Kind.PASSWORD_CHANGED),
    "new_device": notice(Kind.NEW_DEVICE),
    "locked_out": notice(Kind.LOCKED_OUT),
    "email_confirm": confirm,
    "email_taken": taken,
    "email_changed": changed,
}


def links(text: str) -> set[str]:
    return {unescape(link) for link in re.findall(r"https://[^\s\"<>]+/", text)} - {ORIGIN}


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_has_two_parts_with_the_same_link(
    person: AdminUser, mailoutbox: list[EmailMultiAlternatives], name: str
) -> None:
    MAILS[name](person)
    do_jobs()
    mail = next(each for each in mailoutbox if _is_of(each, name))
    ((html, kind),) = mail.alternatives
    assert kind == "text/html"
    text, html = str(mail.body), str(html)
    assert links(text) == links(html)
    assert links(text)
    assert mail.message().get_content_type() == "multipart/alternative"


@pytest.mark.parametrize("name", MAILS)
def test_no_mail_takes_a_name_for_markup_or_loads_anything(
    person: AdminUser, mailoutbox: list[EmailMultiAlternatives], name: str
) -> None:
    MAILS[name](person)
    do_jobs()
    for mail in mailoutbox:
        html = str(mail.alternatives[0][0])
        assert NAME not in html
        assert "<i>Firefox" not in html
        assert not re.search(r"<(img|script|link|iframe)|src=|url\(|@import", html)
    assert any(NAME in str(mail.body) for mail in mailoutbox)


def _is_of(mail: EmailMessage, name: str) -> bool:
    return str(mail.subject) == render_to_string(f"emails/{name}/subject.txt").strip()


def test_every_folder_of_a_mail_of_accounts_is_tested_here() -> None:
    assert set(MAILS) <= set(FOLDERS)


@pytest.mark.parametrize("name", FOLDERS)
def test_every_mail_stands_on_the_two_bases(name: str) -> None:
    for part in ("body.html", "body.txt"):
        assert Path(f"templates/emails/{name}/{part}").read_text().startswith("{% extends")


@pytest.mark.parametrize("name", ["password_reset", "email_confirm"])
def test_no_link_lies_in_the_queue(person: AdminUser, mailoutbox: list[EmailMessage], name: str) -> None:
    MAILS[name](person)
    waiting = str(queued())
    do_jobs()
    (link,) = links(str(mailoutbox[0].body))
    assert link.rstrip("/").rpartition("/")[2] not in waiting
    assert person.email not in waiting


def test_moments_are_in_the_persons_time_zone(person: AdminUser, mailoutbox: list[EmailMessage]) -> None:
    AdminUser.objects.filter(pk=person.pk).update(time_zone="Asia/Kolkata")
    notice(Kind.PASSWORD_CHANGED)(person)
    do_jobs()
    assert "(Asia/Kolkata)" in str(mailoutbox[0].body)


class Failing(BaseEmailBackend):
    error: Exception

    def send_messages(self, email_messages: Any) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (
            smtplib.SMTPRecipientsRefused({"ann@staff.example": (550, b"no ann@staff.example here")}),
            MailRefused,
        ),
        (smtplib.SMTPDataError(554, b"spam for ann@staff.example"), MailRefused),
        (smtplib.SMTPRecipientsRefused({"ann@staff.example": (450, b"later")}), MailNotSent),
        (smtplib.SMTPServerDisconnected("gone"), MailNotSent),
        (ConnectionRefusedError(111, "refused"), MailNotSent),
    ],
)
def test_what_the_mail_server_refuses_for_good_is_given_up_and_all_else_is_tried_again(
    settings: Any, person: AdminUser, error: Exception, kind: type[Exception]
) -> None:
    settings.MAILERS = {"default": {"BACKEND": f"{__name__}.Failing"}}
    Failing.error = error
    with pytest.raises(kind) as raised:
        send_mail_template("new_device", to=person.email, context={"person": person, "origin": ORIGIN})
    assert type(raised.value) is kind
    assert "ann" not in describe(raised.value)


@pytest.fixture
def kept(settings: Any, tmp_path: Path) -> None:
    settings.APP_DATA_DIR = tmp_path
    settings.MAILERS = {"default": {"BACKEND": "apps.core.kept_mails.backend.KeepingBackend"}}


def test_without_a_mail_server_mails_are_kept_and_read(kept: None, person: AdminUser, client: Client) -> None:
    reset(person)
    do_jobs()
    notice(Kind.NEW_DEVICE)(person)
    do_jobs()
    listed = client.get("/dev/mail/").content.decode()
    assert listed.index("New sign-in to your account") < listed.index("Choose a new password")
    mail = kept_mails()[1]
    page = client.get(f"/dev/mail/{mail.id}/").content.decode()
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page
    assert f'<a href="{ORIGIN}password-reset/key/' in page
    assert "Message-ID" in page
    framed = client.get(f"/dev/mail/{mail.id}/html/")
    assert "default-src 'none'" in framed["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in framed["Content-Security-Policy"]
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert 'target="_top"' in framed.content.decode()


@pytest.mark.parametrize("name", ["nothing", "..", "0" * 20 + "-00000000"])
def test_a_mail_that_is_not_there_is_not_found(kept: None, client: Client, name: str) -> None:
    assert client.get(f"/dev/mail/{name}/").status_code == 404
    assert client.get(f"/dev/mail/{name}/html/").status_code == 404


def test_kept_mails_are_for_who_sits_at_the_machine(kept: None, client: Client) -> None:
    assert client.get("/dev/mail/", REMOTE_ADDR="192.0.2.1").status_code == 404
    assert client.get("/dev/mail/", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 404
    assert client.get("/dev/mail/").status_code == 200


def test_only_so_many_are_kept_and_no_stranger_on_the_machine_reads_them(kept: None, tmp_path: Path) -> None:
    for number in range(MOST_KEPT + 3):
        keep(f"Subject: {number}\n\n".encode())
    files = list((tmp_path / "mails").iterdir())
    assert len(files) == MOST_KEPT
    assert kept_mails()[0].subject == str(MOST_KEPT + 2)
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_public_installation_keeps_no_mails(kept: None, settings: Any, person: AdminUser) -> None:
    settings.IS_PRODUCTION = True
    with pytest.raises(ImproperlyConfigured):
        send_mail_template("new_device", to=person.email, context={"person": person})
