"""A person's time zone."""

from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo, available_timezones

UTC = ZoneInfo("UTC")


class HasTimeZone(Protocol):
    time_zone: str


@cache
def zone_names() -> list[str]:
    """What can be chosen: places, and UTC; not the old names ("GB", "Etc/GMT+5") that stand for them."""
    places = {
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    }
    return ["UTC", *sorted(places)]


def zone_of(person: HasTimeZone) -> ZoneInfo:
    """UTC for a name that this machine's time zones do not have (any more)."""
    return zone_named(person.time_zone) or UTC


@cache
def zone_named(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in zone_names() else None
