"""The classes of routes that are limited, and how often each allows what: settings.RATE_LIMITS."""

from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class Rate:
    most: int
    seconds: int


def known_class(route_class: str) -> str:
    """The class itself. Raises ImproperlyConfigured for one that the settings do not have, so at import of the view."""
    if route_class not in settings.RATE_LIMITS:
        raise ImproperlyConfigured(
            f"There is no route class {route_class!r}; RATE_LIMITS has {', '.join(settings.RATE_LIMITS)}."
        )
    return route_class


def rates_of(route_class: str) -> dict[str, Rate]:
    """What the class allows by kind of key: account, address, token."""
    return {kind: Rate(*pair) for kind, pair in settings.RATE_LIMITS[route_class].items()}
