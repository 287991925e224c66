"""Noting that somebody is here, and ending sessions."""

import time
from collections.abc import Collection, Generator
from datetime import UTC, datetime
from pathlib import Path

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.sessions.lifetimes import SEEN_AT, SIGNED_IN_AT
from apps.core.client_address import client_address
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).parent / "sql" / "sessions.sql")
# The row that lists a session, also when the session has got another key.
_LISTED_AS = "listed_as"
_LONGEST_USER_AGENT = 200


def begin_session(request: HttpRequest, user: AdminUser) -> None:
    """Note when and from where somebody signed in, so that the session can be listed and ended."""
    session = request.session
    if session.session_key is None:
        session.save()
    session[SIGNED_IN_AT] = session[SEEN_AT] = int(time.time())
    row, _ = UserSession.objects.update_or_create(
        session_key=session.session_key, defaults={"user": user, **_whereabouts(request)}
    )
    session[_LISTED_AS] = row.pk
    # At once: what allauth does next takes rows off the list whose session knows nobody yet.
    session.save()
    user.last_login_ip, user.last_seen_at = client_address(request), timezone.now()
    user.save(update_fields=["last_login_ip", "last_seen_at"])


def is_listed_as(request: HttpRequest, session_id: int) -> bool:
    """Whether this is the session that the request comes with."""
    return bool(request.session.get(_LISTED_AS) == session_id)


def note_activity(request: HttpRequest, now: int) -> bool:
    """Note that the session is used; False when it was ended this moment.

    Saved at once and not with the response: what the session holds may be changed by another request until then.
    """
    request.session[SEEN_AT] = now
    try:
        request.session.save()
    except UpdateError:
        return False
    request.session.modified = False
    moment = datetime.fromtimestamp(now, UTC)
    UserSession.objects.filter(session_key=request.session.session_key).update(
        last_seen_at=moment, **_whereabouts(request)
    )
    AdminUser.objects.filter(pk=request.user.pk or 0).update(last_seen_at=moment)
    return True


def follow_key(request: HttpRequest) -> bool:
    """The session has got a new key: it is listed under that from now on, as the same one. False when it was ended.

    One that was ended this moment is not listed any more, and must not live on under its new key.
    """
    listed = UserSession.objects.filter(pk=request.session.get(_LISTED_AS) or 0)
    if listed.update(session_key=request.session.session_key):
        return True
    request.session.flush()
    return False


def end_sessions(
    user: AdminUser, *, keep: str = "", ids: Collection[int] | None = None, actor_id: int | None = None
) -> int:
    """End the sessions of a person, or those with these ids; all but the one with the key `keep`. Returns how many.

    A request that is being answered meanwhile may still end well; the next one is a stranger's. With `actor_id` it is
    an act by itself, written to the security log; without, a part of one that is.
    """
    with transaction.atomic():
        rows = UserSession.objects.filter(user=user).exclude(session_key=keep)
        if ids is not None:
            rows = rows.filter(pk__in=ids)
        # Locked, so that a session that gets a new key at this moment is read with it, or waits and finds itself ended.
        keys = list(rows.select_for_update().values_list("session_key", flat=True))
        Session.objects.filter(session_key__in=keys).delete()
        UserSession.objects.filter(session_key__in=keys).delete()
        if keys and actor_id is not None:
            record_event(
                Kind.SESSIONS_ENDED, actor_id=actor_id, subject_id=user.pk, details={"count": len(keys)}
            )
    return len(keys)


def forget_session(key: str | None) -> None:
    """Take a session that has ended by itself off the list."""
    UserSession.objects.filter(session_key=key).delete()


def count_expired_sessions() -> int:
    return Session.objects.filter(expire_date__lte=Now()).count()


def remove_expired_sessions(*, batch: int = 1000) -> int:
    """Remove the rows of sessions that are over; how many. Each batch is committed by itself: it may be interrupted."""
    return sum(removed_batches(batch))


def removed_batches(batch: int) -> Generator[int]:
    """The size of each batch when it is removed."""
    while removed := remove_batch(batch):
        yield removed


def remove_batch(most: int) -> int:
    """Remove at most so many sessions that are over; how many it were."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL["cleanup_expired_sessions"], [most])
        (removed,) = cursor.fetchone()
    return int(removed)


def _whereabouts(request: HttpRequest) -> dict[str, str]:
    user_agent = request.META.get("HTTP_USER_AGENT", "").replace("\0", "")
    return {"ip": client_address(request), "user_agent": user_agent[:_LONGEST_USER_AGENT]}
