"""The one door to the environment: typed readers that stop the start with the variable's name and a hint.

A file `.env` beside manage.py is read too; what the real environment says wins over it.
"""

import os
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
