"""How values look: words for moments, links."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.contacts.fields import FIELDS
from apps.contacts.rendering import entry, time_ago

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
