"""Numbers and days as the language of the request writes them, fast enough for each cell of a table."""

from datetime import date
from functools import cache

from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import get_language


def grouped(number: int) -> str:
    """1234567 → "1,234,567", "1.234.567" in Spanish, "12,34,567" in Hindi."""
    if -1000 < number < 1000:
        return str(number)
    if _is_english():
        return f"{number:,}"
    return number_format(number, use_l10n=True, force_grouping=True)


def with_decimal(number: float) -> str:
    """18.4 → "18.4", "18,4" in Spanish; a whole number without the zero."""
    tenths = round(number, 1)
    if tenths == int(tenths):
        return grouped(int(tenths))
    return f"{tenths:.1f}" if _is_english() else number_format(tenths, decimal_pos=1, use_l10n=True)


def short_day(day: date) -> str:
    """2 Mar 2026, "2 mar. 2026" in Spanish."""
    return f"{day.day} {_months(get_language() or 'en')[day.month - 1]} {day.year}"


def _is_english() -> bool:
    return (get_language() or "en").startswith("en")


@cache
def _months(language: str) -> tuple[str, ...]:
    length = "F" if "F" in get_format("SHORT_DATE_FORMAT") else "M"
    return tuple(date_format(date(2000, month, 1), length) for month in range(1, 13))
