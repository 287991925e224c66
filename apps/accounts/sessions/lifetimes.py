"""How long a session lasts without use and in all: settings.SESSION_LIFETIMES, shorter for admins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import ngettext

# In the session's data, as seconds since 1970.
SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"


class Ended(StrEnum):
    """Why a session is no more; the sign-in page has a sentence for each."""

    IDLE = "idle"
    AGE = "age"
    OTHERWISE = "ended"


@dataclass(frozen=True, slots=True)
class Lifetime:
    idle: int
    absolute: int


def lifetime_of(role: str) -> Lifetime:
    """In seconds, by the role a person has now: who becomes an admin has an admin's at once."""
    return Lifetime(*settings.SESSION_LIFETIMES["admin" if role == "admin" else "others"])


def in_words(seconds: int) -> str:
    if seconds >= 86400 and seconds % 86400 == 0:
        days = seconds // 86400
        return ngettext("%(number)s day", "%(number)s days", days) % {"number": days}
    if seconds >= 3600 and seconds % 3600 == 0:
        hours = seconds // 3600
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    if seconds >= 60 and seconds % 60 == 0:
        minutes = seconds // 60
        return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
    return ngettext("%(number)s second", "%(number)s seconds", seconds) % {"number": seconds}


def why_ended(session: Mapping[str, Any], role: str, now: float) -> Ended | None:
    """Whether the lifetime of a session is over, and which; None while it lasts.

    A session that does not say when it began is over: nobody could find it to end it.
    """
    if SIGNED_IN_AT not in session or SEEN_AT not in session:
        return Ended.OTHERWISE
    lifetime = lifetime_of(role)
    if now - session[SIGNED_IN_AT] >= lifetime.absolute:
        return Ended.AGE
    return Ended.IDLE if now - session[SEEN_AT] >= lifetime.idle else None


def lasting(now: datetime | None = None) -> Q:
    """The condition on listed sessions that their lifetime is not over."""
    now = now or timezone.now()
    admins, others = (_younger(lifetime_of(role), now) for role in ("admin", "user"))
    return Q(user__is_active=True) & (Q(admins, user__role="admin") | (Q(others) & ~Q(user__role="admin")))


def _younger(lifetime: Lifetime, now: datetime) -> Q:
    return Q(
        last_seen_at__gt=now - timedelta(seconds=lifetime.idle),
        created_at__gt=now - timedelta(seconds=lifetime.absolute),
    )
