"""The one door to the environment: typed readers that stop the start with the variable's name and a hint."""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.Env()


def text(name: str, default: str = "") -> str:
    return _env.str(name, default=default)


def flag(name: str, default: bool = False) -> bool:
    raw = text(name, str(default)).strip().lower()
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off", ""}:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is not a yes or no. Write true or false.")


def whole_number(name: str, default: int, *, low: int = 0, high: int = 2**31 - 1) -> int:
    raw = text(name, str(default)).strip()
    if not raw.isascii() or not raw.lstrip("-").isdigit() or not low <= int(raw) <= high:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number from {low} to {high}.")
    return int(raw)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def folder(name: str, default: Path) -> Path:
    """An absolute path; a relative value counts from the project's root, wherever the command was started."""
    return (default.parent / Path(text(name, str(default))).expanduser()).resolve()
