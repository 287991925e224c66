"""The two years before a fixed date, ready as text, so that the rows do not depend on the day they are made."""

from datetime import date, timedelta

REFERENCE_DATE = date(2026, 11, 1)
DAYS_COVERED = 730

DAYS: list[str] = [
    str(REFERENCE_DATE - timedelta(days=DAYS_COVERED - day)) for day in range(DAYS_COVERED)
]  # oldest first

CLOCK_BITS = 10
# Moments of a working day from 7:00, 37 seconds apart; with the zone of Europe's and America's servers, UTC.
CLOCK: list[str] = [
    f" {7 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+00"
    for second in range(0, 37 << CLOCK_BITS, 37)
]
