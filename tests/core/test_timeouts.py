"""How long each kind of process waits for the database."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction

from apps.core.timeouts import long_statement

ROOT = Path(__file__).resolve().parents[2]
ASK = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        cursor.execute(f"SHOW {name}")
        print(cursor.fetchone()[0])
"""


def limits(**environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "appointment360.settings"} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("web", ["5s", "5s", "30s"]),
        ("api", ["10s", "5s", "30s"]),
        ("worker", ["0", "30s", "10min"]),
        ("migration", ["0", "3s", "1min"]),
        ("command", ["0", "0", "10min"]),
    ],
)
def test_each_role_has_its_limits_on_every_connection(role, expected):
    assert limits(PROCESS_ROLE=role) == expected


def test_each_limit_can_be_set_in_the_environment():
    chosen = {"DB_STATEMENT_TIMEOUT_WEB": "7", "DB_LOCK_TIMEOUT_WEB": "0", "DB_IDLE_TIMEOUT_WEB": "90"}
    assert limits(PROCESS_ROLE="web", **chosen) == ["7s", "0", "90s"]


def test_an_unknown_role_stops_the_start():
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=os.environ | {"PROCESS_ROLE": "waiter"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "PROCESS_ROLE='waiter' is none of api, command, migration, setup, web, worker." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def a_tenth_of_a_second(db) -> None:
    """The limit of the test's transaction, as a process's own would be."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '100ms'")


def sleep(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


def limit_now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


def test_a_statement_past_the_limit_is_cut(a_tenth_of_a_second):
    with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic():
        sleep(5)


def test_a_long_statement_may_take_longer_and_the_next_may_not(a_tenth_of_a_second):
    with long_statement(20):
        assert limit_now() == "20s"
        sleep(0.2)
    assert limit_now() == "100ms"


def test_after_an_error_the_usual_limit_is_back(a_tenth_of_a_second):
    with pytest.raises(ZeroDivisionError), long_statement(20):
        raise ZeroDivisionError
    assert limit_now() == "100ms"


def test_a_rehearsal_that_is_rolled_back_ends_without_a_word(a_tenth_of_a_second):
    with long_statement(20):
        transaction.set_rollback(True)
    assert limit_now() == "100ms"


def test_who_may_take_longer_anyway_is_not_held_to_less(db):
    with long_statement(1):
        assert limit_now() == "0"
