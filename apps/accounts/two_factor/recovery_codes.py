"""Ten codes for the day the phone is lost. Each lets its person in once; only hashes of them are kept.

They are shown once, when they are made. A code has 80 random bits, so a fast hash is enough: nobody tries them all.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

NUMBER = 10
_BYTES = 10


@dataclass(frozen=True, slots=True)
class NewCodes:
    """The codes, to be shown now or never, and what is kept of them."""

    codes: list[str]
    data: dict[str, Any]


def new_codes() -> NewCodes:
    codes = [_in_groups(secrets.token_bytes(_BYTES)) for _ in range(NUMBER)]
    salt = secrets.token_hex(16)
    return NewCodes(codes, {"salt": salt, "hashes": [_hash(code, salt) for code in codes]})


def codes_left(data: dict[str, Any]) -> int:
    return len(data.get("hashes", ()))


def use_recovery_code(factor: Authenticator, code: str) -> bool:
    """Take a code off the list; False when it is not, or no longer, on it. Of two at once one succeeds."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=factor.pk).first()
        if row is None:
            return False
        given = _hash(code, row.data.get("salt", ""))
        left = [kept for kept in row.data.get("hashes", ()) if not hmac.compare_digest(kept, given)]
        if len(left) == codes_left(row.data):
            return False
        row.data["hashes"] = left
        row.save(update_fields=["data"])
    return True


def _in_groups(random: bytes) -> str:
    letters = base64.b32encode(random).decode().lower()
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def _hash(code: str, salt: str) -> str:
    """Of the code as meant: people leave out hyphens and write capitals."""
    plain = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(f"{salt}{plain}".encode()).hexdigest()
