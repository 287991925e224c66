"""The one door to the environment: typed readers that stop the start with the variable's name and a hint.

A file `.env` beside manage.py is read too; what the real environment says wins over it.
"""

import ipaddress
import os
import re
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

environ.Env.read_env(BASE_DIR / ".env")


def text(name: str, default: str = "") -> str:
    # Not environ.Env.str: it takes a value that begins with "$", as a secret may, for the name of another variable.
    return os.environ.get(name, default).strip() or default


def required(name: str, hint: str) -> str:
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {hint}")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    raw = text(name, str(default)).lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is not a yes or no. Write true or false.")


def whole_number(name: str, default: int, *, low: int = 0, high: int = 2**31 - 1) -> int:
    raw = text(name, str(default))
    # The length keeps int() away from the 4300 digits at which it raises its own error.
    is_number = raw.isascii() and raw.removeprefix("-").isdigit() and len(raw) < 20
    if not is_number or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name}={raw[:40]!r} is not a whole number from {low} to {high}.")
    return int(raw)


def together(*names: str) -> None:
    """Refuses a start with some of these set and others not."""
    missing = [name for name in names if not text(name)]
    if missing and len(missing) < len(names):
        present = ", ".join(name for name in names if name not in missing)
        raise ImproperlyConfigured(
            f"{', '.join(missing)} is not set, but {present} is. Set all of them, or none."
        )


def issuer(name: str) -> str:
    """The address of an OpenID Connect provider, without a slash at its end; '' when it is not set."""
    value = text(name).rstrip("/")
    parts = urlsplit(value)
    is_local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1"}
    if value and (
        not (parts.scheme == "https" or is_local) or not parts.netloc or parts.query or parts.fragment
    ):
        raise ImproperlyConfigured(f"{name}={value[:80]!r} is not like https://login.example.com/realm")
    return value


def choice(name: str, default: str, allowed: set[str]) -> str:
    raw = text(name, default)
    if raw not in allowed:
        raise ImproperlyConfigured(f"{name}={raw!r} is none of {', '.join(sorted(allowed))}.")
    return raw


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def origins(name: str) -> list[str]:
    """Comma-separated origins such as https://crm.example.com."""
    for origin in words(name):
        parts = urlsplit(origin)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path:
            raise ImproperlyConfigured(f"{name}: {origin!r} is not like https://crm.example.com")
    return words(name)


def proxies(name: str) -> tuple[Any, ...]:
    """Comma-separated addresses and networks of proxies, and the word unix for one that comes through a Unix socket."""
    found: list[Any] = []
    for word in words(name):
        try:
            found.append(word if word == "unix" else ipaddress.ip_network(word))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{name}: {word!r} is no address or network ({error}). Write 127.0.0.1, 10.0.0.0/8 or unix."
            ) from None
    return tuple(found)


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_MOST_SECONDS = 366 * 86400


def duration(name: str, default: str) -> int:
    """A time such as 30m, 8h or 7d, in seconds."""
    raw = text(name, default)
    seconds = _seconds(raw)
    if seconds is None:
        raise ImproperlyConfigured(f"{name}={raw[:40]!r} is not a time from 1s to 366d. Write 30m, 8h or 7d.")
    return seconds


def rates(name: str, default: str) -> dict[str, tuple[int, int]]:
    """How often something may be done, such as `account=5/5m, address=10/m`: number and seconds for each.

    A kind that is left out, or off, is not limited. Kinds are account, address and token.
    """
    found = {}
    for word in words(name, default):
        kind, _, rate = word.partition("=")
        number, _, period = rate.partition("/")
        seconds = _seconds(period)
        if kind in {"account", "address", "token"} and rate == "off":
            continue
        if kind not in {"account", "address", "token"} or seconds is None or not _is_amount(number):
            raise ImproperlyConfigured(
                f"{name}: {word[:40]!r} is no limit. Write account=5/5m, address=10/m, token=600/h, or account=off."
            )
        found[kind] = (int(number), seconds)
    return found


def _is_amount(raw: str) -> bool:
    return bool(re.fullmatch(r"[1-9][0-9]{0,8}", raw))


def _seconds(raw: str) -> int | None:
    """The seconds of "5m" or "m"; None when it is no such time, or one too long."""
    parts = re.fullmatch(r"([1-9][0-9]{0,8})?([smhd])", raw)
    if not parts:
        return None
    seconds = int(parts[1] or 1) * _UNITS[parts[2]]
    return seconds if seconds <= _MOST_SECONDS else None


def networks(name: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Comma-separated addresses and networks: 127.0.0.1, 10.2.0.0/16, ::1."""
    found = []
    for word in words(name):
        try:
            found.append(ipaddress.ip_network(word))
        except ValueError:
            raise ImproperlyConfigured(f"{name}: {word!r} is not like 10.2.0.7 or 10.2.0.0/16.") from None
    return found


def folder(name: str, default: Path) -> Path:
    """An absolute path; a relative one counts from the project's folder, wherever the command was started."""
    return (BASE_DIR / Path(text(name, str(default))).expanduser()).resolve()


def database(name: str) -> dict[str, Any] | None:
    """Django's description of the server at a postgres:// address; None when the variable is not set.

    The address holds a password, so the messages do not repeat it.
    """
    url = text(name)
    if not url:
        return None
    hint = f"{name} is not an address like postgres://user:password@host:5432/name"
    try:
        with warnings.catch_warnings(action="ignore"):
            found = dict(environ.Env.db_url_config(url))
    except ValueError as error:
        raise ImproperlyConfigured(f"{hint} ({error}).") from None
    if found.get("ENGINE") != "django.db.backends.postgresql" or not found.get("NAME"):
        raise ImproperlyConfigured(f"{hint}. Only PostgreSQL, 15 to 18, will do.")
    return found
