"""Asking for another e-mail address, and confirming it."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.accounts.email_change.jobs import send_email_changed, send_email_confirmation
from apps.accounts.email_change.links import is_token_of
from apps.accounts.email_change.models import EmailChange
from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.sessions.operations import end_sessions
from apps.accounts.spelling import spelled


class LinkDead(Exception):
    """The link was used, is too old, or something about the account changed since."""


class EmailTaken(Exception):
    """Somebody else got the address first."""


def ask_email_change(person: AdminUser, *, email: str, origin: str) -> EmailChange:
    """Have the new address asked by mail. An earlier question is forgotten; who has the address already is told."""
    with transaction.atomic():
        locked = AdminUser.objects.select_for_update().get(pk=person.pk)
        EmailChange.objects.filter(user=locked, confirmed_at=None).delete()
        change = EmailChange.objects.create(user=locked, email=spelled(email), old_email=locked.email)
        send_email_confirmation.enqueue({"change_id": change.pk, "origin": origin}, actor_id=person.pk)
    return change


def waiting_change(change_id: int, token: str) -> EmailChange:
    """What a link would confirm. Raises LinkDead."""
    change = EmailChange.objects.select_related("user").filter(pk=change_id, confirmed_at=None).first()
    if change is None or not change.user.is_active or not is_token_of(change, token):
        raise LinkDead
    return change


def confirm_email_change(*, change_id: int, token: str, origin: str, keep_session: str = "") -> AdminUser:
    """Give the person their new address, and end all sessions but the kept one. Raises LinkDead, EmailTaken."""
    try:
        with transaction.atomic():
            owner_id = EmailChange.objects.filter(pk=change_id).values_list("user_id", flat=True).first()
            # The person first, as everywhere: what the link depends on cannot change from here on.
            AdminUser.objects.select_for_update().filter(pk=owner_id or 0).first()
            change = waiting_change(change_id, token)
            return _change(change, origin, keep_session)
    except IntegrityError as error:
        if "accounts_adminuser_email" in str(error) or "accounts_user_email_one_spelling" in str(error):
            raise EmailTaken from error
        raise


def _change(change: EmailChange, origin: str, keep_session: str) -> AdminUser:
    person = change.user
    person.email = change.email
    person.save(update_fields=["email"])
    change.confirmed_at = timezone.now()
    change.save(update_fields=["confirmed_at"])
    end_sessions(person, keep=keep_session)
    event = record_event(Kind.EMAIL_CHANGED, actor_id=person.pk, subject_id=person.pk)
    send_email_changed.enqueue({"change_id": change.pk, "event_id": event.pk, "origin": origin})
    return person
