"""Codes of an authenticator app (TOTP, RFC 6238): each works once, and none that is older than the last one used."""

from typing import Any

import structlog
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.db import transaction

from apps.accounts.two_factor.encryption import SecretUnreadable, decrypt, encrypt

logger = structlog.get_logger(__name__)


def matching_step(secret: str, code: str) -> int | None:
    """Which of the 30-second steps around now the code is of; None when it is of none."""
    for step in totp.yield_hotp_counters_from_time():
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step))):
            return int(step)
    return None


def app_data(secret: str, *, used_step: int) -> dict[str, Any]:
    """What is kept of an app that was set up with a code of this step, which is thereby used."""
    return {"secret": encrypt(secret), "used_step": used_step}


def use_app_code(factor: Authenticator, code: str) -> bool:
    """Whether the code is right and was not used; it is from now on. Of two at once one succeeds.

    allauth remembers used codes in the cache for 30 seconds, where two at once can both find an entry that has expired.
    Here the row itself is locked, and says which step was used last.
    """
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=factor.pk).first()
        step = _step_of(row, code) if row else None
        if row is None or step is None or step <= row.data.get("used_step", -1):
            return False
        row.data["used_step"] = step
        row.save(update_fields=["data"])
    return True


def _step_of(row: Authenticator, code: str) -> int | None:
    try:
        return matching_step(decrypt(row.data["secret"]), code)
    except SecretUnreadable:
        logger.error(
            "two_factor.secret_unreadable", **{"event.reason": "SECRET_KEY was changed without a fallback"}
        )
        return None
