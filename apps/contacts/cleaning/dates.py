"""Dates and moments in ISO form and the common forms that can mean only one day."""

import re
from datetime import UTC, date, datetime

from django.utils.translation import gettext

from apps.contacts.cleaning.errors import CleaningError

_LONGEST = 60  # characters
_ISO = re.compile(r"(\d{4,})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]{3,9})\.?,?[ -](\d{4})", re.IGNORECASE | re.ASCII
)
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.IGNORECASE | re.ASCII)
_TIME = re.compile(
    r"[T ]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE | re.ASCII,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def clean_date(text: str) -> date:
    """The day; a time of day behind it is left out."""
    return _day_and_time(text)[0]


def day_or_moment(text: str) -> date | datetime:
    """The day, or the moment as clean_moment() reads it where the text has a time."""
    day, time = _day_and_time(text)
    return clean_moment(text) if time else day


def clean_moment(text: str) -> datetime:
    """The moment in UTC; a text without a zone is taken as UTC, one without a time as midnight."""
    day, time = _day_and_time(text)
    try:
        moment = datetime.fromisoformat(f"{day.isoformat()}T{time or '00:00'}")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CleaningError(gettext("This is not a time; write it as 2026-05-31 14:30.")) from None


def _day_and_time(text: str) -> tuple[date, str]:
    if len(text) <= _LONGEST:
        if day := _day(text):
            return day, ""
        time = _TIME.search(text)
        if time and (day := _day(text[: time.start()].rstrip(","))):
            return day, _iso_time(time[1], time[2] or "")
    raise CleaningError(gettext("This is not a date; write it as 2026-05-31."))


def _iso_time(clock: str, zone: str) -> str:
    clock = clock.replace(",", ".")
    zone = "+00:00" if zone.upper() in {"Z", "UTC", "GMT"} else zone
    return f"{clock if clock[2] == ':' else '0' + clock}{zone}"


def _day(text: str) -> date | None:
    """The day that the whole text names, None when it has no known form."""
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return _real_day(match[1], match[2], match[3])
    if match := _DAY_FIRST.fullmatch(text):
        return _real_day(match[3], match[2], match[1])
    if match := _SLASHED.fullmatch(text):
        return _slashed_day(match[1], match[2], match[3])
    if match := _DAY_MONTH.fullmatch(text):
        return _real_day(match[3], _month(match[2]), match[1])
    if match := _MONTH_DAY.fullmatch(text):
        return _real_day(match[3], _month(match[1]), match[2])
    return None


def _slashed_day(first: str, second: str, year: str) -> date:
    """05/31/2026 and 31/05/2026 can mean only one day; 05/06/2026 is read differently on both sides of the Atlantic."""
    if int(first) > 12 or first == second:
        return _real_day(year, second, first)
    if int(second) > 12:
        return _real_day(year, first, second)
    raise CleaningError(gettext("This may be day/month or month/day; write it as 2026-05-31."))


def _month(name: str) -> int:
    lower = name.lower()
    if lower == "sept":
        return 9
    for number, month in enumerate(_MONTHS, 1):
        if lower in {month, month[:3]}:
            return number
    raise CleaningError(
        gettext("This is not a date: no month is called “%(name)s”; write it as 2026-05-31.") % {"name": name}
    )


def _real_day(year: str, month: str | int, day: str) -> date:
    if len(year) > 4 or int(year) == 0:
        raise CleaningError(gettext("The year must be from 1 to 9999."))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise CleaningError(gettext("There is no such day; write it as 2026-05-31.")) from None
