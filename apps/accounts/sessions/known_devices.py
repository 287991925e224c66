"""Browsers that somebody has signed in with before: a signed cookie that names accounts by their hashes.

It opens nothing. It only says that who has it is hardly a stranger: such a browser has tries of its own when strangers
have used up those of the account, and to sign in with it is nothing to send a mail about.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from apps.core.limits.keys import hashed_email

LASTS_DAYS = 90
MOST_ACCOUNTS = 10  # of one browser; the cookie stays small
_SALT = "apps.accounts.known_device"
_SECONDS = LASTS_DAYS * 86_400


def device_of(request: HttpRequest, email: str) -> str:
    """The browser's own name if somebody signed in to this account with it within LASTS_DAYS; otherwise ''."""
    name, accounts = _read(request)
    return name if hashed_email(email) in accounts else ""


def key_of_account(request: HttpRequest, email: str) -> str:
    """What tries about an account are counted for that nobody has proved to be theirs.

    A browser that the account was used with before has tries of its own, so that strangers cannot lock it out.
    """
    account = hashed_email(email)
    device = device_of(request, email)
    return f"{account}/{device}" if device else account


def remember_device(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    name, accounts = _read(request)
    account = hashed_email(email)
    kept = [account, *(each for each in accounts if each != account)][:MOST_ACCOUNTS]
    response.set_cookie(
        settings.KNOWN_DEVICE_COOKIE_NAME,
        signing.dumps([name or secrets.token_hex(8), kept], salt=_SALT),
        max_age=_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        name, accounts = signing.loads(
            request.COOKIES.get(settings.KNOWN_DEVICE_COOKIE_NAME, ""), salt=_SALT, max_age=_SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return "", []
    return str(name), list(accounts)
