"""Letting somebody out of the product, and back in. Nobody is deleted: what they did stays theirs."""

from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import Signal

from apps.accounts.access import Access
from apps.accounts.invitations.sending import invite_again
from apps.accounts.models import AdminUser
from apps.accounts.people.last_admin import keeping_an_admin
from apps.accounts.people.reach import require_grantable, require_reach
from apps.accounts.people.refusals import OwnRights
from apps.accounts.people.status import has_never_come
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.sessions.operations import end_sessions

# Sent in the transaction with `person`, for whatever else acts in somebody's name: API tokens, jobs that wait. A
# receiver that raises undoes the deactivation.
person_deactivated = Signal()


def deactivate_person(person_id: int, *, access: Access) -> AdminUser:
    """End a person's sessions, and let them in no more; an invitation that waits is withdrawn with it.

    Does nothing for who is deactivated already. Raises Refused and its kinds, AdminUser.DoesNotExist.
    """
    with transaction.atomic():
        person = AdminUser.objects.select_for_update().get(pk=person_id)
        require_reach(access, person)
        if person.pk == access.user_id:
            raise OwnRights
        if not person.is_active:
            return person
        was_invited = person.invited_at is not None
        with keeping_an_admin():
            AdminUser.objects.filter(pk=person.pk).update(
                is_active=False, deactivated_at=Now(), invited_at=None
            )
        ended = end_sessions(person)
        person.refresh_from_db()
        person_deactivated.send(AdminUser, person=person)
        details = {"sessions_ended": ended, "invitation_withdrawn": was_invited}
        record_event(Kind.DEACTIVATED, actor_id=access.user_id, subject_id=person.pk, details=details)
    return person


def reactivate_person(person_id: int, *, access: Access, origin: str) -> AdminUser:
    """Let somebody in again, with the role and rights they had. Who never came is invited again.

    Does nothing for who is active. Raises Refused and its kinds, AdminUser.DoesNotExist.
    """
    with transaction.atomic():
        person = AdminUser.objects.select_for_update().get(pk=person_id)
        require_reach(access, person)
        require_grantable(access, role=person.role, overrides=person.capability_overrides)
        if person.is_active:
            return person
        person.is_active, person.deactivated_at = True, None
        person.save(update_fields=["is_active", "deactivated_at"])
        if has_never_come(person):
            invite_again(person, actor_id=access.user_id, origin=origin)
        record_event(
            Kind.REACTIVATED,
            actor_id=access.user_id,
            subject_id=person.pk,
            details={"role": person.role, "is_invited_again": person.invited_at is not None},
        )
    return person
