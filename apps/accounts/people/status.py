"""Whether somebody can come in: a person is active, invited, or neither any more."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import AdminUser

INVITATION_LASTS = timedelta(days=7)


class Status(models.TextChoices):
    ACTIVE = "active", _("Active")
    INVITED = "invited", _("Invited")
    EXPIRED = "expired", _("Invitation expired")
    DEACTIVATED = "deactivated", _("Deactivated")


def status_of(person: AdminUser, now: datetime | None = None) -> Status:
    if not person.is_active:
        return Status.DEACTIVATED
    if person.invited_at is None:
        return Status.ACTIVE
    is_over = person.invited_at <= (now or timezone.now()) - INVITATION_LASTS
    return Status.EXPIRED if is_over else Status.INVITED


def has_status(status: Status, now: datetime | None = None) -> Q:
    """The condition on people of that status."""
    since = (now or timezone.now()) - INVITATION_LASTS
    return {
        Status.ACTIVE: Q(is_active=True, invited_at=None),
        Status.INVITED: Q(is_active=True, invited_at__gt=since),
        Status.EXPIRED: Q(is_active=True, invited_at__lte=since),
        Status.DEACTIVATED: Q(is_active=False),
    }[status]


def has_never_come(person: AdminUser) -> bool:
    """Whether somebody was invited, and never accepted or signed in: they have nothing yet to come in with."""
    return person.last_login is None and not person.has_usable_password()
