"""The jobs that send mails about accounts. After a crash at the wrong moment a mail comes twice, never not at all."""

from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.accounts.reset_links import reset_path
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.time_zones import zone_of
from apps.core.jobs import Run, job
from apps.core.languages import spoken_to
from apps.core.mails import send_mail_template

SECONDS = 60
# Somebody waits for them.
PRIORITY = 10

# What is told by mail, by the kind of event, and by which mail.
_NOTICES: dict[str, str] = {
    Kind.NEW_DEVICE: "new_device",
    Kind.LOCKED_OUT: "locked_out",
    Kind.PASSWORD_CHANGED: "password_changed",
    Kind.PASSWORD_RESET: "password_changed",
}


def origin_of(request: HttpRequest) -> str:
    """Where the links of a mail lead: the installation as this visitor reaches it, by a name of ALLOWED_HOSTS."""
    if "SERVER_NAME" not in request.META:  # no server got it: somebody is signed in by code, as in tests
        return "http://localhost/"
    return request.build_absolute_uri("/")


def send_mail_to(person: AdminUser, name: str, *, origin: str, to: str = "", **context: Any) -> None:
    """A mail of emails/<name>, in the person's language and time zone. Raises what send_mail_template raises."""
    with spoken_to(person.language), timezone.override(zone_of(person)):
        send_mail_template(
            name,
            to=to or person.email,
            context={"person": person, "time_zone": person.time_zone, "origin": origin, **context},
        )


@job(
    "accounts.send_notice", label="Mail: something happened to an account", priority=PRIORITY, timeout=SECONDS
)
def send_notice(run: Run, *, event_id: int, origin: str) -> None:
    """Tell a person what the security log says of their account, and what to do if it was not them."""
    event = SecurityEvent.objects.get(pk=event_id)
    person = AdminUser.objects.filter(pk=event.subject_id or 0, is_active=True).first()
    if person is not None:
        send_mail_to(person, _NOTICES[event.kind], origin=origin, **notice_of(event, origin))


def notice_of(event: SecurityEvent, origin: str) -> dict[str, Any]:
    """What every such mail says: when, where, and the way to a new password."""
    return {
        "at": event.at,
        "address": event.address or "",
        "device": event.details.get("device", ""),
        "reset_url": urljoin(origin, reverse("account_reset_password")),
        "sign_in_url": urljoin(origin, reverse("account_login")),
    }


@job("accounts.send_password_reset", label="Mail: password reset", priority=PRIORITY, timeout=SECONDS)
def send_password_reset(run: Run, *, user_id: int | None, address: str, origin: str) -> None:
    """The link to a new password. For nobody (null) it does nothing: who asked waits for the same work either way."""
    person = AdminUser.objects.filter(pk=user_id or 0, is_active=True, invited_at=None).first()
    if person is None:
        return
    url = urljoin(origin, reset_path(person))
    send_mail_to(person, "password_reset", origin=origin, reset_url=url, address=address, at=timezone.now())
    record_event(Kind.PASSWORD_RESET_ASKED, actor_id=None, subject_id=person.pk, address=address)
