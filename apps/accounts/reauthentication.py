"""Sensitive acts ask who is there once more, when that was last shown more than half an hour ago (A9)."""

import time

from django.conf import settings
from django.http import HttpRequest

from apps.accounts.sessions.lifetimes import SIGNED_IN_AT

# Set when somebody proved anew who they are: see sessions/receivers.py.
CONFIRMED_AT = "confirmed_at"


def is_recently_authenticated(request: HttpRequest) -> bool:
    """Whether this session's person signed in, or confirmed it is them, within ACCOUNT_REAUTHENTICATION_TIMEOUT."""
    latest = max(request.session.get(SIGNED_IN_AT, 0), request.session.get(CONFIRMED_AT, 0))
    return bool(time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
