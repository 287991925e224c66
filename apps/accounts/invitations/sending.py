"""Putting the mail of an invitation on its way."""

from django.utils import timezone

from apps.accounts.invitations.mails import mail_invitation
from apps.accounts.models import AdminUser


def invite_again(person: AdminUser, *, actor_id: int | None, origin: str) -> None:
    """A new invitation, in the caller's transaction; the link of an earlier one is dead from then on."""
    person.invited_at = timezone.now()
    person.save(update_fields=["invited_at"])
    mail_later(person, actor_id=actor_id, origin=origin)


def mail_later(person: AdminUser, *, actor_id: int | None, origin: str) -> None:
    assert person.invited_at is not None
    mail_invitation.enqueue(
        {"person_id": person.pk, "invited_at": person.invited_at.isoformat(), "origin": origin},
        actor_id=actor_id,
    )
