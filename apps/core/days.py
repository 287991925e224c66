"""Days as people have them: each begins at midnight in their own time zone."""

from datetime import date, datetime, time

from django.utils import timezone


def start_of(day: date) -> datetime:
    """The first moment of a day in the time zone of whoever asks, which the gate sets; elsewhere in UTC."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())
