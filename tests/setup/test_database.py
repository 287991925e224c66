"""The database that the product talks to, through its own settings and pool."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_a_real_postgresql_that_folds_accents():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int >= 150000, lower('ÉÜ')")
        assert cursor.fetchone() == (True, "éü")


@pytest.mark.django_db
def test_migrations_install_the_extensions_and_never_intarray():
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        extensions = {name for (name,) in cursor.fetchall()}
    assert {"pg_trgm", "btree_gin", "unaccent"} <= extensions
    # It would silently disable the indexes on lists.
    assert "intarray" not in extensions


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_in_the_pool_costs_nobody_an_error():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pooled,) = cursor.fetchone()
    connection.close()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as another:
        another.execute("SELECT pg_terminate_backend(%s, 5000)", [pooled])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (pooled,)


@pytest.mark.slow
def test_a_command_whose_database_does_not_answer_says_so_without_a_traceback():
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "DATABASE_URL": "postgres://somebody:secret@127.0.0.1:1/nothing"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Connection refused" in done.stderr
    # Not always the last line: the pool may still be telling of its last try.
    assert [line for line in done.stderr.splitlines() if line.startswith("manage.py: ")] == [
        "manage.py: The database does not answer (the reason is above). Is it up, and DATABASE_URL right?"
    ]
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


@pytest.mark.django_db
def test_ctrl_c_ends_a_command_in_one_line():
    """create_admin waits for a password here; nothing is written before it has one."""
    waiting = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "create_admin", "ada@staff.example"],
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tests.core.jobs.settings",
            "WORKERS_DATABASE": connection.settings_dict["NAME"],
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert waiting.stdout is not None
    said = ""
    while "Password:" not in said:
        said += (more := waiting.stdout.read(1))
        assert more, said  # it has ended instead
    os.kill(waiting.pid, signal.SIGINT)
    told, _ = waiting.communicate(timeout=20)
    assert waiting.returncode == 1
    assert told.strip().splitlines()[-1] == "CommandError: No password was given."
    assert "Traceback" not in told
