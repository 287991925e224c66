"""How an e-mail address is written here, so that one mail box has one spelling."""

import unicodedata


def spelled(email: str) -> str:
    """Without outer blanks and capitals; letters that only look like ASCII ones ("ſ", "Ｋ") become those.

    A mail goes to what this returns, never to what somebody typed (Django's CVE-2019-19844).
    """
    return unicodedata.normalize("NFKC", email.strip()).casefold()
