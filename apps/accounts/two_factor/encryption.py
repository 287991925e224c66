"""What must be read again to be of use, as an authenticator app's secret, lies encrypted in the database."""

from apps.core.sealing import seal, unseal

_PURPOSE = "second factors"


class SecretUnreadable(Exception):
    """It was encrypted under a SECRET_KEY that is neither the present one nor among SECRET_KEY_FALLBACKS."""


def encrypt(text: str) -> str:
    return seal(text.encode(), purpose=_PURPOSE)


def decrypt(text: str) -> str:
    """Raises SecretUnreadable."""
    plain = unseal(text, purpose=_PURPOSE)
    if plain is None:
        raise SecretUnreadable
    return plain.decode()
