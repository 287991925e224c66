"""Small things that travel through a visitor's hands, or lie in the database, and that only we can read or make."""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.encoding import force_bytes


def seal(plain: bytes, *, purpose: str) -> str:
    """Encrypted and signed (Fernet), under a key of its own for each purpose; never the same text twice."""
    return _keys(purpose).encrypt(plain).decode()


def unseal(sealed: str, *, purpose: str) -> bytes | None:
    """What was sealed for this purpose, also under a key of SECRET_KEY_FALLBACKS; None for anything else."""
    try:
        return _keys(purpose).decrypt(sealed.encode())
    except InvalidToken:
        return None


def _keys(purpose: str) -> MultiFernet:
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_key(force_bytes(secret), purpose) for secret in secrets])


@cache
def _key(secret: bytes, purpose: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=f"appointment360 {purpose}".encode()).derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))
