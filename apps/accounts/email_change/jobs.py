"""The mails of a change of address."""

from urllib.parse import urljoin

from django.urls import reverse

from apps.accounts.email_change.links import confirm_path
from apps.accounts.email_change.models import EmailChange
from apps.accounts.mails.jobs import PRIORITY, SECONDS, notice_of, send_mail_to
from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent
from apps.core.jobs import Run, job


@job(
    "accounts.send_email_confirmation",
    label="Mail: confirm a new address",
    priority=PRIORITY,
    timeout=SECONDS,
)
def send_email_confirmation(run: Run, *, change_id: int, origin: str) -> None:
    """Ask the new address. If it is somebody else's already, that somebody is told, and nobody else learns of it."""
    change = EmailChange.objects.select_related("user").filter(pk=change_id, confirmed_at=None).first()
    if change is None or not change.user.is_active:
        return
    owner = AdminUser.objects.filter(email=change.email).exclude(pk=change.user_id).first()
    if owner is not None:
        send_mail_to(
            owner, "email_taken", origin=origin, sign_in_url=urljoin(origin, reverse("account_login"))
        )
        return
    url = urljoin(origin, confirm_path(change))
    send_mail_to(change.user, "email_confirm", to=change.email, origin=origin, confirm_url=url)


@job("accounts.send_email_changed", label="Mail: address changed", priority=PRIORITY, timeout=SECONDS)
def send_email_changed(run: Run, *, change_id: int, event_id: int, origin: str) -> None:
    """Tell the old address, which after that is forgotten."""
    change = EmailChange.objects.select_related("user").filter(pk=change_id).first()
    if change is None:
        return
    event = SecurityEvent.objects.get(pk=event_id)
    send_mail_to(
        change.user,
        "email_changed",
        to=change.old_email,
        origin=origin,
        new_email=change.email,
        **notice_of(event, origin),
    )
    change.delete()
