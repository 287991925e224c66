"""Limits after the database was restarted, and after it crashed: on a server of their own, killed for real."""

import importlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from apps.core import embedded
from apps.core.embedded.description import Layout
from apps.core.embedded.postmaster import find_postmaster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not settings.USES_EMBEDDED_DATABASE, reason="An operator's server is not ours to kill"
    ),
]
TRY = "SELECT allowed FROM check_rate_limit('sign_in', '{account}', '{x}', '{2}', '{300}')"


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    embedded.ensure_running(folder)
    migration = importlib.import_module("apps.core.migrations.0002_rate_limits").Migration
    with connect(folder) as connection:
        connection.execute(migration.operations[0].sql)
    yield folder
    embedded.stop(folder)


def connect(data_dir: Path) -> psycopg.Connection:
    described = embedded.database_settings(data_dir, as_owner=True)
    return psycopg.connect(
        host=described["HOST"],
        port=described["PORT"],
        user=described["USER"],
        dbname=described["NAME"],
        autocommit=True,
        **described["OPTIONS"],
    )


def is_let_in(data_dir: Path) -> bool:
    with connect(data_dir) as connection:
        row = connection.execute(TRY).fetchone()
        assert row is not None
        return bool(row[0])


def crash(data_dir: Path) -> None:
    postmaster = find_postmaster(Layout(data_dir).cluster)
    assert postmaster is not None
    os.kill(postmaster.process_id, signal.SIGQUIT)  # at once, without writing anything down
    deadline = time.monotonic() + 30
    while find_postmaster(Layout(data_dir).cluster) is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_restart_of_the_database_keeps_the_limits_and_a_crash_begins_them_anew(data_dir: Path) -> None:
    assert [is_let_in(data_dir) for _ in range(3)] == [True, True, False]
    embedded.stop(data_dir)
    embedded.ensure_running(data_dir)
    assert not is_let_in(data_dir)
    crash(data_dir)
    embedded.ensure_running(data_dir)
    assert [is_let_in(data_dir) for _ in range(3)] == [True, True, False]
