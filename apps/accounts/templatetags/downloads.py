"""Figures of the download ledger, for its pages."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from apps.core.local_figures import grouped

register = template.Library()


@register.filter
def signed(number: int) -> str:
    """1500 → "+1,500", -50 → "−50", 0 → "0"."""
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return f"{sign}{grouped(abs(number))}"


@register.filter
def part_of(number: int, whole: int) -> str:
    """Per cent for a bar's width, 0 to 100, with a point whatever the language."""
    return f"{100 * min(1, max(0, number) / whole):.2f}" if whole > 0 else "0"


@register.filter
def last_moment(end: datetime) -> str:
    """What ends with a day is said by that day, not by the midnight after it."""
    local = timezone.localtime(end)
    if (local.hour, local.minute) == (0, 0):
        return gettext("the end of %(day)s") % {"day": date_format(local - timedelta(days=1), "DATE_FORMAT")}
    return date_format(local, "DATETIME_FORMAT")
