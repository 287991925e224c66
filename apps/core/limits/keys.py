"""What tries are counted for: an address, an account, a token. No key names a person in clear."""

import unicodedata

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from apps.core.client_address import address_key

type Keys = dict[str, str]  # kind -> key


def keys_of(
    request: HttpRequest, *, account: str | int | None = None, token: str | int | None = None
) -> Keys:
    """The keys of a request: always its address, and whoever else is given by an id or by hashed_email()."""
    keys = {"address": address_key(request)}
    if account is not None:
        keys["account"] = str(account)
    if token is not None:
        keys["token"] = str(token)
    return keys


def hashed_email(email: str) -> str:
    """The key of an account that somebody named but has not proved to be, whether or not it exists.

    Spellings that sign in to one account have one key: the database compares e-mail addresses in capitals, and "ſ" is
    an "S" then. Keyed with SECRET_KEY, so the table tells nobody who tried to sign in.
    """
    spelled = unicodedata.normalize("NFKC", email.strip()).upper().casefold()
    return "mail:" + salted_hmac("rate limit of an account", spelled, algorithm="sha256").hexdigest()[:32]
