"""How values look: words for moments, links."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from apps.contacts.fields import FIELDS
from apps.contacts.rendering import cell, entry, time_ago

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=6, seconds=59), "6 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=30, hours=23), "30 days ago"),
        (timedelta(days=31), "24 Oct 2026"),
    ],
)
def test_a_moment_is_said_by_its_age(age: timedelta, words: str) -> None:
    assert time_ago(NOW - age, NOW) == words


def test_an_import_leads_to_its_operation() -> None:
    assert entry(FIELDS["import_id"], {"import_id": 1234}) == '<a href="/contacts/operations/1234/">#1234</a>'


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_moment_that_no_clock_there_shows_is_shown_all_the_same(zone: str, moment: datetime) -> None:
    with timezone.override(zone):
        shown = entry(FIELDS["last_contacted_at"], {"last_contacted_at": moment})
    assert str(moment.year) in shown


def test_of_a_long_list_the_hint_names_some() -> None:
    values = [f"word{number}" for number in range(1_000)]
    shown = cell(FIELDS["keywords"], {"keywords": values})
    assert "+997" in shown
    assert "word22" in shown
    assert "word23" not in shown
