"""Web addresses, and the profile links that people give as a bare handle."""

import re
from urllib.parse import quote, unquote

from django.utils.translation import gettext

from apps.contacts.cleaning.errors import CleaningError

_LONGEST = 4000  # characters looked at; far beyond what any field holds
_WITH_SCHEME = re.compile(r"https?:/*", re.IGNORECASE)
_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d+(?:[/?#]|$))", re.IGNORECASE)
_ADDRESS = re.compile(r"(?P<host>[\w-]+(?:\.[\w-]+)+)\.?(?P<port>:\d{1,5})?(?P<rest>[/?#].*)?")
_UNSAFE = re.compile(r"[\s<>\"\\^`{|}]")
_NOT_ASCII = re.compile(r"[^\x21-\x7e]+")

_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[A-Za-z0-9./_~?=&#-]*)?")
_PLAIN_LINKEDIN = re.compile(r"(?:https?://)?(?:www\.)?linkedin\.com/in/([a-z0-9-]+)/?")

_X_HOSTS = re.compile(r"(?:www\.|mobile\.|m\.)?(?:twitter|x)\.com")
_X_PATH = re.compile(r"/(?:#!/)?@?([A-Za-z0-9_]{1,20})/?(?:[?#].*)?")
_X_HANDLE = re.compile(r"@?([A-Za-z0-9_]{1,20})")
_FACEBOOK_HANDLE = re.compile(r"@?([A-Za-z0-9][A-Za-z0-9.-]{0,79})")
_FACEBOOK_HOSTS = re.compile(r"(?:www\.|m\.|[a-z]{2}-[a-z]{2}\.|web\.)?(?:facebook|fb)\.com")
_LINKEDIN_HOSTS = re.compile(r"(?:[a-z0-9-]+\.)*linkedin\.com")
_LINKEDIN_PERSON = re.compile(r"/+in/+([^/?#]+)")
_LINKEDIN_OTHER_PERSON = re.compile(
    r"(/+(?:pub|sales/people|sales/lead|sales/profile|talent/profile)/[^?#]+)"
)
_LINKEDIN_HANDLE = re.compile(r"/?(?:in/)?([\w%-]{2,200})/?")


def clean_link(name: str, text: str) -> str:
    """The http(s) address for the field `name`; its social networks take a handle as well."""
    if len(text) > _LONGEST:
        raise CleaningError(gettext("This web address is too long."))
    return {
        "person_linkedin_url": _linkedin,
        "twitter_url": _x,
        "facebook_url": _facebook,
    }.get(name, _address)(text)


def _address(text: str) -> str:
    """https:// is put before a bare domain; letters beyond ASCII are percent-encoded, so that length is bytes."""
    if _PLAIN_ADDRESS.fullmatch(text):
        return text
    host, port, rest = _parts(text)
    scheme = "http" if text[:5].lower() == "http:" else "https"
    encoded = _NOT_ASCII.sub(lambda match: quote(match[0]), rest)
    return f"{scheme}://{host}{port}{encoded}"


def _parts(text: str) -> tuple[str, str, str]:
    """Host in lower case, port with its colon, and the rest from the first slash on."""
    bare = _WITH_SCHEME.sub("", text, count=1) if _WITH_SCHEME.match(text) else text.removeprefix("//")
    if bare == text and _OTHER_SCHEME.match(text):
        raise CleaningError(gettext("Only web addresses that begin with http:// or https:// are taken."))
    if "@" in bare.split("/", 1)[0]:
        raise CleaningError(gettext("This is not a plain web address: there is an @ before its first slash."))
    match = None if _UNSAFE.search(bare) else _ADDRESS.fullmatch(bare)
    if not match:
        raise CleaningError(
            gettext("This is not a web address; it should look like https://www.example.com.")
        )
    return match["host"].lower(), match["port"] or "", match["rest"] or ""


def _x(text: str) -> str:
    if handle := _X_HANDLE.fullmatch(text):
        return f"https://x.com/{handle[1]}"
    host, _, rest = _parts(text)
    path = _X_PATH.fullmatch(rest) if _X_HOSTS.fullmatch(host) else None
    return f"https://x.com/{path[1]}" if path else _address(text)


def _facebook(text: str) -> str:
    looks_like_address = text.lower().startswith("www.") or _FACEBOOK_HOSTS.fullmatch(text.lower())
    if not looks_like_address and (handle := _FACEBOOK_HANDLE.fullmatch(text)):
        return f"https://www.facebook.com/{handle[1]}"
    host, _, rest = _parts(text)
    return _address(f"https://www.facebook.com{rest}" if _FACEBOOK_HOSTS.fullmatch(host) else text)


def _linkedin(text: str) -> str:
    """The canonical form of one person's profile. It is an identity, so a company's or a search page is refused."""
    if plain := _PLAIN_LINKEDIN.fullmatch(text):  # most cells
        return f"https://www.linkedin.com/in/{plain[1]}"
    if handle := _LINKEDIN_HANDLE.fullmatch(text):
        return f"https://www.linkedin.com/in/{_slug(handle[1])}"
    host, _, rest = _parts(text)
    if _LINKEDIN_HOSTS.fullmatch(host):
        if person := _LINKEDIN_PERSON.match(rest):
            return f"https://www.linkedin.com/in/{_slug(person[1])}"
        if other := _LINKEDIN_OTHER_PERSON.match(rest):
            return f"https://www.linkedin.com{_NOT_ASCII.sub(lambda match: quote(match[0]), other[1].rstrip('/'))}"
    raise CleaningError(
        gettext("This is not a person's LinkedIn address, such as https://www.linkedin.com/in/name.")
    )


def _slug(given: str) -> str:
    """One spelling whether accents came percent-encoded or not; LinkedIn does not tell upper from lower case here."""
    return quote(unquote(given).lower(), safe="")
