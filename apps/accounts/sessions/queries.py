"""Who is signed in, and where."""

from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Now

from apps.accounts.models import AdminUser
from apps.accounts.sessions.devices import device_in_words
from apps.accounts.sessions.lifetimes import lasting

MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class ListedSession:
    id: int
    device: str
    address: str
    signed_in_at: datetime
    last_seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    user_id: int
    name: str
    email: str
    role: str
    session_count: int
    last_seen_at: datetime


def sessions_of(user: AdminUser, *, current_key: str) -> list[ListedSession]:
    """The sessions of a person that still last: this one first, then those used last."""
    rows = _alive().filter(user=user).order_by("-last_seen_at")[:MOST_LISTED]
    listed = [
        ListedSession(
            row.pk,
            device_in_words(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            row.session_key == current_key,
        )
        for row in rows
    ]
    return sorted(listed, key=lambda one: not one.is_current)


def signed_in_people() -> list[SignedInPerson]:
    """Everybody with a session that still lasts, who was here last first."""
    rows = (
        _alive()
        .values_list("user_id", "user__name", "user__email", "user__role")
        .annotate(sessions=Count("pk"), last_seen=Max("last_seen_at"))
        .order_by("-last_seen")[:MOST_LISTED]
    )
    roles = dict(AdminUser.Role.choices)
    return [
        SignedInPerson(user_id, name or email, email, str(roles[role]), sessions, last_seen)
        for user_id, name, email, role, sessions, last_seen in rows
    ]


def _alive() -> QuerySet[UserSession]:
    kept = Session.objects.filter(expire_date__gt=Now()).values("session_key")
    alive: QuerySet[UserSession] = UserSession.objects.filter(lasting(), Q(session_key__in=kept))
    return alive
