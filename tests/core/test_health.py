"""Probes: alive without the database, ready only with it, never hanging, and nothing written for any of them.

With a real server and a database that is stopped and frozen: tests/faults/test_health.py.
"""

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core.health import checks, draining, readiness
from apps.core.health.checks import Finding, Status, look_at_everything
from apps.core.health.limits import Limited, TooLate

SECONDS_FOR_EVERYTHING = 2.0


@pytest.fixture(autouse=True)
def ask_afresh() -> Iterator[None]:
    readiness.forget()
    yield
    readiness.forget()


@pytest.fixture
def frozen_server() -> Iterator[int]:
    """A port where a connection is taken and nothing is ever said: a server that hangs."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(20)
        yield listening.getsockname()[1]


@pytest.fixture
def frozen_database(frozen_server: int, db: None) -> Iterator[None]:
    """New connections go to a server that hangs; those that are open stay."""
    settings = connection.settings_dict
    kept = {name: settings[name] for name in ("HOST", "PORT")}
    settings.update(HOST="127.0.0.1", PORT=str(frozen_server))
    yield
    settings.update(kept)


def rows() -> int:
    """Rows written to this database since it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables WHERE schemaname = 'public'"
        )
        return int((cursor.fetchone() or (0,))[0])


@pytest.mark.parametrize("method", ["get", "head"])
def test_alive_needs_no_database(client: Client, method: str) -> None:
    # No db fixture: a query would fail the test.
    answer = getattr(client, method)("/alive/", headers={"host": "10.0.0.7:8000", "cookie": "sessionid=x"})
    assert answer.status_code == 200
    if method == "get":
        assert json.loads(answer.content) == {"status": "alive"}
    assert not answer.cookies


def test_alive_takes_less_than_five_milliseconds(client: Client) -> None:
    client.get("/alive/")
    took = []
    for _ in range(200):
        began = time.perf_counter()
        client.get("/alive/")
        took.append(time.perf_counter() - began)
    assert sorted(took)[100] < 0.005


@pytest.mark.django_db
def test_ready_and_up_with_a_database_and_its_migrations(client: Client) -> None:
    for path, word in {"/ready/": "ok", "/health/": "ok"}.items():
        answer = client.get(path)
        assert (answer.status_code, json.loads(answer.content)) == (200, {"status": word})
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_a_hundred_probes_are_one_question(client: Client) -> None:
    client.get("/ready/")
    with CaptureQueriesContext(connection) as queries:
        began = time.monotonic()
        for _ in range(100):
            client.get("/ready/")
        assert time.monotonic() - began < 1
    assert len(queries) == 0  # and what is asked does not use the pool


@pytest.mark.django_db(transaction=True)
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE django_migrations SET name = 'away' WHERE (app, name) = ('core', '0004_job_runs')"
        )
    try:
        answer = client.get("/ready/")
        assert (answer.status_code, json.loads(answer.content)) == (503, {"status": "migrations missing"})
        assert client.get("/health/").status_code == 200
    finally:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET name = '0004_job_runs' WHERE name = 'away'")
    readiness.forget()
    assert client.get("/ready/").status_code == 200


@pytest.mark.usefixtures("frozen_database")
def test_a_database_that_hangs_is_found_out_in_time(client: Client) -> None:
    for path in ("/ready/", "/health/"):
        readiness.forget()
        began = time.monotonic()
        answer = client.get(path)
        assert time.monotonic() - began < SECONDS_FOR_EVERYTHING
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
    assert client.get("/alive/").status_code == 200


@pytest.mark.usefixtures("frozen_database")
def test_everything_that_hangs_at_once_is_told_in_time() -> None:
    """H-5."""
    began = time.monotonic()
    found = look_at_everything()
    assert time.monotonic() - began < SECONDS_FOR_EVERYTHING
    assert {name: each["status"] for name, each in found.items()} == {
        "database": "timeout",
        "replication": "timeout",
        "queue": "timeout",
        "stalled_jobs": "timeout",
        "worker": "timeout",
        "quota_ledger": "timeout",
        "disk": "ok",
    }
    began = time.monotonic()
    look_at_everything()  # while the first questions still hang
    assert time.monotonic() - began < SECONDS_FOR_EVERYTHING


@pytest.mark.django_db
def test_the_pool_may_be_exhausted(client: Client) -> None:
    """H-2, as far as one process shows it: alive and ready use no connection of the pool."""
    wrapper = connections["default"]
    assert isinstance(wrapper, DatabaseWrapper)
    pool = wrapper.pool
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    taken = [pool.getconn() for _ in range(pool.max_size - 1)]
    try:
        for path in ("/alive/", "/ready/", "/health/"):
            began = time.monotonic()
            assert client.get(path).status_code == 200
            assert time.monotonic() - began < 1
        began = time.monotonic()
        client.get("/alive/")
        assert time.monotonic() - began < 0.05
    finally:
        for each in taken:
            pool.putconn(each)


@pytest.mark.django_db(transaction=True)
def test_probes_write_nothing(client: Client) -> None:
    """H-6."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    before = rows()
    for path in ("/alive/", "/ready/", "/health/", "/metrics", "/health/detailed/"):
        answer = client.get(path)
        assert not answer.cookies
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    assert rows() == before


def test_a_probe_takes_no_post(client: Client) -> None:
    for path in ("/alive/", "/ready/", "/health/"):
        assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_a_server_that_is_told_to_stop_says_so_at_once(client: Client, settings, tmp_path: Path) -> None:
    settings.APP_DATA_DIR = tmp_path
    assert client.get("/ready/").status_code == 200
    flag = draining.flag_of(tmp_path, os.getppid())
    flag.parent.mkdir()
    flag.touch()  # as the master of this process would
    answer = client.get("/ready/")
    assert (answer.status_code, json.loads(answer.content)) == (503, {"status": "draining"})
    assert client.get("/health/").status_code == 200
    draining.end(tmp_path, os.getppid())
    assert client.get("/ready/").status_code == 200
    draining.begin(tmp_path)
    assert draining.flag_of(tmp_path, os.getpid()).exists()


def beat(seconds_ago: float) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s * interval '1 second') RETURNING id",
            [seconds_ago],
        )
        return int((cursor.fetchone() or (0,))[0])


def put_job(status: str, *, worker: int | None = None, due_ago: float | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, worker_id, scheduled_at) "
            "VALUES ('default', 'x', %s, %s, now() - %s * interval '1 second')",
            [status, worker, due_ago],
        )


@pytest.fixture
def queue(transactional_db: None) -> Iterator[None]:
    """The queue's tables, emptied: Django does not know them as its own."""

    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_events CASCADE")

    empty()
    yield
    empty()


@pytest.mark.usefixtures("queue")
def test_a_worker_lives_as_long_as_its_heart_beats() -> None:
    """H-7."""
    assert checks.worker() == Finding(Status.DOWN)
    beat(31)
    assert checks.worker().status == Status.DOWN
    beat(5)
    finding = checks.worker()
    assert finding.status == Status.OK
    assert 5 <= finding.facts["heartbeat_seconds"] < 7


@pytest.mark.usefixtures("queue")
def test_jobs_of_a_silent_worker_are_stalled() -> None:
    put_job("doing", worker=beat(1))
    assert checks.stalled_jobs() == Finding(Status.OK, {"count": 0})
    put_job("doing", worker=beat(31))
    put_job("doing", worker=None)
    assert checks.stalled_jobs() == Finding(Status.LATE, {"count": 2})


@pytest.mark.usefixtures("queue")
def test_the_longest_waiting_job_counts() -> None:
    assert checks.queue().facts == {"oldest_seconds": 0.0}
    put_job("todo")  # just now
    put_job("todo", due_ago=-60)  # not due yet
    put_job("succeeded", due_ago=4000)
    assert checks.queue().facts["oldest_seconds"] < 5
    put_job("todo", due_ago=400)
    finding = checks.queue()
    assert finding.status == Status.LATE
    assert 400 <= finding.facts["oldest_seconds"] < 405


def test_a_database_without_replicas_says_nothing_of_them(db: None) -> None:
    assert checks.replication() is None
    assert "replication" not in look_at_everything()


def test_an_app_registers_its_own_and_its_failure_is_a_finding(db: None) -> None:
    @checks.register("mail")
    def mail() -> Finding:
        raise ConnectionError("smtp.internal.example refused somebody@x.example")

    try:
        assert look_at_everything()["mail"]["status"] == "down"
    finally:
        checks.unregister("mail")


def test_what_hangs_costs_one_thread_however_often_it_is_asked() -> None:
    go_on = threading.Event()
    asked = []

    def hang() -> str:
        asked.append(1)
        go_on.wait(10)
        return "at last"

    limited = Limited(hang, seconds=0.05)
    for _ in range(5):
        with pytest.raises(TooLate):
            limited()
    assert len(asked) == 1
    go_on.set()
    assert limited() == "at last"


def test_what_fails_within_its_time_fails_as_it_is() -> None:
    def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        Limited(fail, seconds=1)()
