"""manage.py doctor: says what is wrong and what to do, whatever else is broken."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from apps.core.doctor import Level, Result, examination, examine, fine, registry

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def finding(db: None) -> Callable[[str], Result]:
    return lambda name: next(result for result in examine().results if result.name == name)


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def doctor(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.django_db
def test_a_healthy_installation_passes(settings, tmp_path):
    settings.APP_DATA_DIR = tmp_path
    out = io.StringIO()
    call_command("doctor", json=True, stdout=out)
    report = json.loads(out.getvalue())
    assert report["level"] in {"ok", "warn"}
    named = {each["name"] for each in report["examinations"]}
    assert {"version", "migrations", "extensions", "validity of indexes", "queue", "disk", "clock"} <= named
    assert [each["name"] for each in report["examinations"] if each["level"] == "fail"] == []


@pytest.mark.django_db
def test_whatever_is_not_well_comes_with_what_to_do():
    assert all(result.advice for result in examine().results if result.level is not Level.OK)


def test_without_a_database_it_says_so_and_examines_the_rest():
    done = doctor(DATABASE_URL="postgres://somebody:secret@127.0.0.1:1/nothing", DB_POOL_TIMEOUT="1")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    first = next(each for each in report["examinations"] if each["group"] == "Database")
    assert first["level"] == "fail"
    assert first["sentence"].startswith("The database does not answer")
    assert {"disk", "secret key", "mail server"} <= {each["name"] for each in report["examinations"]}
    assert "secret@" not in done.stdout + done.stderr


def test_a_stopped_embedded_database_is_not_started(tmp_path):
    done = doctor(APP_DATA_DIR=str(tmp_path), DATABASE_URL="", DB_POOL_TIMEOUT="1")
    assert done.returncode == 1
    assert not (tmp_path / "database").exists()


def test_a_mail_server_that_does_not_answer_is_found_in_two_seconds(finding, settings):
    settings.MAILERS = {"default": {"BACKEND": "x", "OPTIONS": {"host": "127.0.0.1", "port": 1}}}
    mail = finding("mail server")
    assert (mail.level, mail.advice) == (Level.FAIL, "Check MAIL_HOST and MAIL_PORT.")
    assert mail.seconds < 3


def test_a_secret_that_others_may_read_is_found(finding, settings, tmp_path):
    settings.APP_DATA_DIR = tmp_path
    (tmp_path / "secret-key").write_text("x")
    (tmp_path / "secret-key").chmod(0o644)
    assert finding("private files").level is Level.FAIL
    assert "secret-key" in finding("private files").sentence


@pytest.mark.django_db(transaction=True)
def test_an_index_that_could_not_be_finished_is_found():
    """As an interrupted CREATE INDEX CONCURRENTLY leaves it: here two equal rows stop a unique one."""
    run("CREATE TABLE doubles AS SELECT 1 AS n UNION ALL SELECT 1")
    try:
        with pytest.raises(IntegrityError):
            run("CREATE UNIQUE INDEX CONCURRENTLY unfinished ON doubles (n)")
        found = next(result for result in examine().results if result.name == "validity of indexes")
    finally:
        run("DROP TABLE doubles")
    assert found.level is Level.FAIL
    assert "unfinished" in found.sentence


@pytest.mark.as_owner
def test_a_doubled_index_is_found(finding):
    run("CREATE INDEX one ON contacts_note (text)")
    run("CREATE INDEX other ON contacts_note (text)")
    doubled = finding("doubled indexes")
    assert doubled.level is Level.WARN
    assert "one and other" in doubled.sentence


@pytest.mark.as_owner
def test_a_migration_that_was_not_applied_is_found(finding):
    run("DELETE FROM django_migrations WHERE app = 'core' AND name = '0004_job_runs'")
    waiting = finding("migrations")
    assert (waiting.level, waiting.advice) == (Level.FAIL, "manage.py migrate")


def test_more_connections_than_the_server_has_are_found(finding, settings):
    settings.WEB_PROCESSES = 64
    assert finding("connections").level is Level.WARN


def test_a_full_cache_is_found(finding, settings):
    run("INSERT INTO core_cache SELECT 'k' || n, '', now() + interval '1 day' FROM generate_series(1, 900) n")
    settings.CACHE_MAX_ENTRIES = 1_000
    assert finding("entries").level is Level.WARN


def test_jobs_that_nobody_takes_are_found(finding):
    run("INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'x')")
    run("UPDATE procrastinate_events SET at = now() - interval '1 hour'")
    waiting = finding("queue")
    assert (waiting.level, waiting.advice) == (Level.FAIL, "Start manage.py worker.")


@pytest.fixture
def registered():
    """What a test registers is gone after it."""
    before = list(registry.EXAMINATIONS)
    yield
    registry.EXAMINATIONS[:] = before


def test_one_that_breaks_or_takes_forever_does_not_stop_the_others(registered, finding):
    @examination("Tests", "broken")
    def broken():
        raise ZeroDivisionError("division by zero")

    @examination("Tests", "endless", asks_database=True)
    def endless():
        run("SELECT pg_sleep(60)")

    @examination("Tests", "after")
    def after():
        return fine("Fine.")

    began = time.monotonic()
    assert finding("broken").sentence == "The examination itself failed: ZeroDivisionError: division by zero."
    assert finding("endless").level is Level.WARN
    assert finding("after").level is Level.OK
    assert time.monotonic() - began < 20
