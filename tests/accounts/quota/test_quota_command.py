"""manage.py quota."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.accounts.models import AdminUser
from apps.accounts.quota import balance_of, reserve_quota
from apps.accounts.quota.models import QuotaBucket, QuotaEntry
from apps.accounts.security_log.models import SecurityEvent

pytestmark = pytest.mark.django_db


def quota(*arguments: str) -> str:
    out = StringIO()
    call_command("quota", *arguments, stdout=out)
    return out.getvalue()


def test_it_shows_the_figures_in_words_and_as_json(user: AdminUser) -> None:
    reserve_quota(user=user, amount=60, reference="export 1")
    assert "60 used of 100, 60 of them reserved" in quota("UMA@staff.example", "--show")
    assert json.loads(quota(user.email, "--show", "--json")) == {
        "email": "uma@staff.example",
        "limit": 100,
        "used": 60,
        "reserved": 60,
        "credits": 0,
        "remaining": 40,
    }


def test_it_sets_a_limit(user: AdminUser) -> None:
    reserve_quota(user=user, amount=60, reference="export 1")
    assert json.loads(quota(user.email, "--limit", "80", "--json"))["remaining"] == 20
    assert "left        unlimited" in quota(user.email, "--limit", "-1")
    event = SecurityEvent.objects.filter(kind="limit_changed").latest("pk")
    assert (event.actor_id, event.subject_id, event.details) == (
        None,
        user.pk,
        {"download_limit": {"before": 80, "after": -1}},
    )


def test_it_gives_credit_until_the_end_of_a_day(user: AdminUser) -> None:
    quota(user.email, "--grant", "50", "--reason", "Trade fair", "--expires", "2900-01-31")
    credit = QuotaBucket.objects.get(kind="credit")
    assert f"{credit.expires_at:%Y-%m-%d %H:%M}" == "2900-02-01 00:00"
    assert balance_of(user) == 150
    assert QuotaEntry.objects.get(bucket=credit).reason == "Trade fair"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nobody@staff.example", "--show"), "Nobody signs in as"),
        (("--show",), "Say whose"),
        (("uma@staff.example", "--limit", "-2"), "A limit is 0 to"),
        (("uma@staff.example", "--grant", "5"), "needs a --reason"),
        (("uma@staff.example", "--grant", "0", "--reason", "r"), "A credit is 1 to"),
        (("uma@staff.example", "--grant", "5", "--reason", "r", "--expires", "soon"), "is no date"),
        (("uma@staff.example", "--grant", "5", "--reason", "r", "--expires", "2026-02-31"), ""),
        (("uma@staff.example", "--grant", "5", "--reason", "r", "--expires", "2020-01-01"), "in the future"),
    ],
)
def test_what_makes_no_sense_changes_nothing_and_ends_with_2(
    user: AdminUser, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError) as refused:
        quota(*arguments)
    assert refused.value.returncode == 2
    assert words in str(refused.value)
    assert not QuotaBucket.objects.filter(kind="credit").exists()


@pytest.mark.as_owner
def test_it_reconciles_and_ends_with_1_when_something_is_wrong(user: AdminUser) -> None:
    reserve_quota(user=user, amount=60, reference="export 1")
    assert "adds up" in quota("--reconcile")
    assert json.loads(quota("--reconcile", "--json")) == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_quota_account DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_quota_account SET balance = 41")
        cursor.execute("ALTER TABLE accounts_quota_account ENABLE TRIGGER USER")
    out = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("quota", "--reconcile", "--json", stdout=out)
    assert refused.value.returncode == 1
    (row,) = json.loads(out.getvalue())
    assert row == {
        "user_id": user.pk,
        "what": "balance of a person",
        "place": "",
        "expected": 40,
        "found": 41,
    }
