"""The mail with the link."""

from django.urls import reverse
from django.utils.dateparse import parse_datetime

from apps.accounts.invitations.keys import invitation_key
from apps.accounts.mails.jobs import send_mail_to
from apps.accounts.models import AdminUser
from apps.accounts.people.status import INVITATION_LASTS
from apps.core.jobs import Run, job


@job("accounts.mail_invitation", label="Invitation by mail", timeout=60)
def mail_invitation(run: Run, *, person_id: int, invited_at: str, origin: str) -> None:
    """Make the key only now, so that it stands in no queue. An invitation that has changed since is not sent."""
    person = (
        AdminUser.objects.filter(pk=person_id, is_active=True, invited_at=parse_datetime(invited_at))
        .select_related("created_by")
        .first()
    )
    if person is None or person.invited_at is None:
        return
    send_mail_to(
        person,
        "invitation",
        origin=origin,
        inviter=person.created_by,
        link=origin + reverse("invitation_accept", args=[invitation_key(person)]),
        expires_at=person.invited_at + INVITATION_LASTS,
    )
