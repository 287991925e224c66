"""What happens to sessions when somebody signs in, signs out, or gets another password."""

import time
from typing import Any

from allauth.account.signals import (
    authentication_step_completed,
    password_changed,
    password_reset,
    password_set,
)
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from apps.accounts.mails.jobs import origin_of, send_notice
from apps.accounts.models import AdminUser
from apps.accounts.reauthentication import CONFIRMED_AT
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.sessions.operations import begin_session, end_sessions, follow_key, forget_session
from apps.accounts.sign_in_history import record_sign_in, whereabouts


@receiver(user_logged_in)
def begin(sender: Any, *, request: HttpRequest, user: AdminUser, **_: Any) -> None:
    with transaction.atomic():
        begin_session(request, user)
        record_sign_in(request, user)


@receiver(user_logged_out)
def leave(sender: Any, *, request: HttpRequest, user: AdminUser | None, **_: Any) -> None:
    with transaction.atomic():
        forget_session(request.session.session_key)
        if user is not None:
            _record(Kind.SIGNED_OUT, request, user)


@receiver([password_changed, password_set])
def end_the_others(sender: Any, *, request: HttpRequest, user: AdminUser, **_: Any) -> None:
    """This session goes on under a new key. Those of the old password are dead already; their rows go too."""
    with transaction.atomic():
        follow_key(request)
        end_sessions(user, keep=request.session.session_key or "")
        _record(Kind.PASSWORD_CHANGED, request, user, is_mailed=True)


@receiver(password_reset)
def end_all(sender: Any, *, request: HttpRequest, user: AdminUser, **_: Any) -> None:
    with transaction.atomic():
        end_sessions(user)
        _record(Kind.PASSWORD_RESET, request, user, is_mailed=True)


@receiver(authentication_step_completed)
def renew_key(sender: Any, *, request: HttpRequest, reauthenticated: bool = False, **_: Any) -> None:
    """Who has confirmed that it is them goes on under a key that nobody can have seen before."""
    if reauthenticated:
        request.session[CONFIRMED_AT] = int(time.time())
        request.session.cycle_key()
        follow_key(request)


def _record(kind: Kind, request: HttpRequest, user: AdminUser, *, is_mailed: bool = False) -> None:
    event = record_event(kind, actor_id=user.pk, subject_id=user.pk, details=whereabouts(request))
    if is_mailed:
        send_notice.enqueue({"event_id": event.pk, "origin": origin_of(request)})
