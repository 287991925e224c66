"""Rows of sessions that are over are removed, in batches, and nothing else is."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.accounts.sessions.operations import remove_expired_sessions, removed_batches

BEFORE = timezone.now() - timedelta(days=1)


@pytest.fixture
def sessions(sign_in, user) -> None:
    """Seven that are over and three that last; one listed whose session is gone."""
    for _ in range(10):
        sign_in(user)
    over = list(Session.objects.values_list("session_key", flat=True)[:7])
    Session.objects.filter(session_key__in=over).update(expire_date=BEFORE)
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="gone", last_seen_at=BEFORE)
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="about to be there")


def cleaned(*arguments: str) -> dict[str, int]:
    out = StringIO()
    call_command("cleanup_sessions", "--json", *arguments, stdout=out)
    found: dict[str, int] = json.loads(out.getvalue())
    return found


def test_what_is_over_goes_and_the_rest_stays(sessions):
    assert cleaned("--dry-run") == {"expired": 7, "removed": 0}
    assert Session.objects.count() == 10
    assert cleaned("--batch", "3") == {"expired": 7, "removed": 8}
    assert (Session.objects.count(), UserSession.objects.count()) == (3, 4)
    assert remove_expired_sessions() == 0
    with pytest.raises(CommandError, match="at least one row"):
        cleaned("--batch", "0")


def test_it_can_be_interrupted_and_go_on(sessions):
    batches = removed_batches(2)
    assert next(batches) == 3  # two sessions, and the one that was listed only
    batches.close()
    assert Session.objects.count() == 8
    assert remove_expired_sessions(batch=2) == 5
    assert Session.objects.count() == 3


def test_the_function_can_be_called_from_psql(sessions):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cleanup_expired_sessions()")
        assert cursor.fetchone() == (8,)
        cursor.execute("SELECT cleanup_expired_sessions(5)")
        assert cursor.fetchone() == (0,)


def test_it_says_what_it_did_in_words(sessions):
    out = StringIO()
    call_command("cleanup_sessions", "--dry-run", stdout=out)
    call_command("cleanup_sessions", stdout=out)
    assert out.getvalue() == "Sessions that are over: 7.\nSessions removed: 8.\n"
