"""Whose month is it: a person's calendar month at a moment, in their time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# No place on earth is further ahead of UTC, or further behind.
_FURTHEST_AHEAD, _FURTHEST_BEHIND = timedelta(hours=14), timedelta(hours=12)
_LAST_YEAR = 2999


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC for one that is unknown here."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def month_of(now: datetime, zone: str) -> date:
    """The first day of the month that it is in that zone."""
    return now.astimezone(zone_of(zone)).date().replace(day=1)


def newest_month(now: datetime) -> date:
    """The month where it is latest on earth: no one's month can be after it."""
    return (now + _FURTHEST_AHEAD).astimezone(UTC).date().replace(day=1)


def oldest_month(now: datetime) -> date:
    """The month where it is earliest on earth: those before are over for everybody."""
    return (now - _FURTHEST_BEHIND).astimezone(UTC).date().replace(day=1)


def current_month(now: datetime, zone: str, latest: date | None) -> date:
    """The person's month, which only goes forward: never before `latest`, their newest that has an allowance.

    So whoever changes their time zone, west or east, has one allowance for each month of the calendar. A month that is
    nobody's yet (a clock was wrong once) does not count.
    """
    month = month_of(now, zone)
    return max(month, latest) if latest is not None and latest <= newest_month(now) else month


def end_of(day: date, zone: str) -> datetime:
    """The moment when that day is over in that zone. Raises ValueError for a day of another millennium."""
    if day.year > _LAST_YEAR:
        raise ValueError(f"Choose a day before the year {_LAST_YEAR + 1}.")
    return datetime.combine(day + timedelta(days=1), time(), zone_of(zone)).astimezone(UTC)
