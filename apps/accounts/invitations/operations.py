"""Inviting somebody, once more, and accepting."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import Access, Capability
from apps.accounts.invitations.keys import Purpose, id_in, opens
from apps.accounts.invitations.sending import invite_again, mail_later
from apps.accounts.models import AdminUser, role_defaults
from apps.accounts.people.addresses import refuse_taken
from apps.accounts.people.reach import columns_to_give, require_grantable, require_reach
from apps.accounts.people.refusals import Refused
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.spelling import spelled


class InvitationGone(Exception):
    """The link opens nothing: used, replaced, withdrawn, too old, or never a link of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPerson:
    email: str
    name: str
    role: str
    download_limit: int  # contacts a month; -1 = unlimited
    column_rights: Mapping[str, str] | None = None  # as AdminUser.column_rights; None = those of the role


def invite_person(new: NewPerson, *, access: Access, origin: str) -> AdminUser:
    """Add somebody who sets their password by a link that is mailed to them; `origin` is where it leads: "https://host".

    They get the columns of the role, or those asked for, as far as the actor has them. Raises AddressTaken when
    somebody has the address, BeyondYourRights for a role that the actor cannot give.
    """
    access.require(Capability.MANAGE_USERS)
    require_grantable(access, role=new.role, overrides={})
    wanted = role_defaults(new.role) if new.column_rights is None else new.column_rights
    rights = columns_to_give(access, wanted)
    email = spelled(new.email)
    with transaction.atomic():
        with refuse_taken(email):
            person = AdminUser.objects.create_user(
                email,
                name=new.name,
                role=new.role,
                download_limit=new.download_limit,
                column_rights=rights,
                created_by_id=access.user_id,
                invited_at=timezone.now(),
            )
        mail_later(person, actor_id=access.user_id, origin=origin)
        details = {
            "email": email,
            "role": new.role,
            "download_limit": new.download_limit,
            "column_count": len(rights),
        }
        record_event(Kind.INVITED, actor_id=access.user_id, subject_id=person.pk, details=details)
    return person


def send_invitation_again(person_id: int, *, access: Access, origin: str) -> AdminUser:
    """A new link for somebody who has not come yet; the one before is dead. Raises Refused when they have."""
    with transaction.atomic():
        person = AdminUser.objects.select_for_update().get(pk=person_id)
        require_reach(access, person)
        if not person.is_active or person.invited_at is None:
            raise Refused(
                _("No invitation of %(name)s waits to be accepted.") % {"name": person.display_name}
            )
        invite_again(person, actor_id=access.user_id, origin=origin)
        record_event(
            Kind.INVITED,
            actor_id=access.user_id,
            subject_id=person.pk,
            details={"email": person.email, "is_again": True},
        )
    return person


def find_invited(key: str, purpose: Purpose = Purpose.LINK) -> AdminUser:
    """Whom a link, or the form behind it, lets in. Raises InvitationGone."""
    person = AdminUser.objects.filter(pk=id_in(key)).first()
    if person is None or not opens(key, person, purpose):
        raise InvitationGone
    return person


def accept_invitation(key: str, *, name: str, password: str) -> AdminUser:
    """Give the invited person their name and password; the link is used up. Raises InvitationGone.

    `key` is that of the form. The password is taken as it is.
    """
    hashed = make_password(password)  # slow on purpose: before anybody is locked
    with transaction.atomic():
        person = AdminUser.objects.select_for_update().filter(pk=id_in(key)).first()
        if person is None or not opens(key, person, Purpose.FORM):
            raise InvitationGone
        person.name, person.password, person.invited_at = name, hashed, None
        person.save(update_fields=["name", "password", "invited_at"])
        _record_accepted(person)
    return person


def note_arrival(person: AdminUser) -> None:
    """Who signs in while an invitation waits, by a single sign-on or a reset password, has accepted it."""
    with transaction.atomic():
        if AdminUser.objects.filter(pk=person.pk, invited_at__isnull=False).update(invited_at=None):
            _record_accepted(person)
    person.invited_at = None


def _record_accepted(person: AdminUser) -> None:
    record_event(
        Kind.INVITATION_ACCEPTED, actor_id=person.pk, subject_id=person.pk, details={"email": person.email}
    )
