"""Sessions end when their time is over, and are noted as used, once a minute at most."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from apps.accounts.sessions.lifetimes import SEEN_AT, Ended, why_ended
from apps.accounts.sessions.operations import follow_key, forget_session, note_activity

NOTED_EVERY_SECONDS = 60


class SessionLifetimeMiddleware:
    """Who comes with a session that is over is a stranger; `request.session_ended` tells the gate why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.session_ended = _end_or_note(request)  # type: ignore[attr-defined]
        return self.get_response(request)


def _end_or_note(request: HttpRequest) -> Ended | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    session = request.session
    if SESSION_KEY not in session:
        return Ended.OTHERWISE if session.session_key is None else None
    key = session.session_key
    if not request.user.is_authenticated:  # disabled, or the password was changed elsewhere
        return Ended.OTHERWISE
    if session.session_key != key and not follow_key(
        request
    ):  # SECRET_KEY is a new one: Django has changed it
        request.user = AnonymousUser()
        return Ended.OTHERWISE
    now = int(time.time())
    ended = why_ended(session, request.user.role, now)
    if ended is None and now - session[SEEN_AT] >= NOTED_EVERY_SECONDS and not note_activity(request, now):
        ended = Ended.OTHERWISE
    if ended is not None:
        forget_session(session.session_key)
        session.flush()
        request.user = AnonymousUser()
    return ended
