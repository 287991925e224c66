"""Who changed rights last: for the one who finds that they are not what they saw."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent


@dataclass(frozen=True, slots=True)
class LastChange:
    name: str
    at: datetime


def last_change_of_person(person_id: int) -> LastChange | None:
    """Of a person's column rights; None when nothing is noted."""
    return _newest(kind=SecurityEvent.Kind.COLUMNS_CHANGED, subject_id=person_id)


def last_change_of_role(role: str) -> LastChange | None:
    """Of the column rights of a role's new people."""
    return _newest(kind=SecurityEvent.Kind.ROLE_POLICY_CHANGED, details__role=role)


def _newest(**wanted: object) -> LastChange | None:
    event = SecurityEvent.objects.filter(**wanted).order_by("-id").first()
    if event is None:
        return None
    actor = AdminUser.objects.filter(pk=event.actor_id).first() if event.actor_id else None
    return LastChange(actor.display_name if actor else "Somebody at the server", event.at)
