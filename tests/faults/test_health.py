"""Probes of a real server whose database is stopped, frozen and brought back, and which is told to stop itself."""

import http.client
import json
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.health_server import GO_ON, STOP, Answer, OwnServer, own_installation, until

# A session that does not exist: the page looks for it, in the database.
SIGNED_IN = {"Cookie": "sessionid=abcdefghabcdefghabcdefghabcdefgh"}
pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    with own_installation(WEB_PROCESSES="2", WEB_THREADS="4") as running:
        yield running


def test_without_its_database_the_process_lives_and_is_not_ready(server: OwnServer) -> None:
    """H-1."""
    server.stop_database()
    try:
        lost = until(
            lambda: all(server.get(path).status == 503 for path in ("/ready/", "/health/") * 6),
            seconds=2,
            what="not ready without a database, in each process",
        )
        alive = [server.get("/alive/") for _ in range(100)]
        assert [each.status for each in alive] == [200] * 100
        probes = [server.get("/ready/") for _ in range(20)]
        assert {each.status for each in probes} == {503}
        assert max(each.seconds for each in probes) < 2
        page = server.get("/contacts/", headers=SIGNED_IN)
        assert page.status == 503
        assert "not available right now" in page.body
    finally:
        server.start_database()
    back = until(
        lambda: all(server.get("/ready/").status == 200 for _ in range(8)), seconds=10, what="ready again"
    )
    print(f"\nnot ready after {lost:.2f} s; 100 of 100 alive; ready again after {back:.2f} s")
    # Each process has noticed, and its pool is whole again.
    for _ in range(10):
        answer = server.get("/contacts/", headers=SIGNED_IN)
        assert answer.status == 302


def test_a_database_that_hangs_keeps_no_probe_waiting(server: OwnServer) -> None:
    """H-5, with a whole server: frozen processes take connections and say nothing."""
    server.signal_database(STOP)
    try:
        detailed = server.get("/health/detailed/")
        assert detailed.status == 503
        assert detailed.seconds < 2
        components = json.loads(detailed.body)["components"]
        assert components["database"]["status"] == "timeout"
        assert components["disk"]["status"] == "ok"
        with ThreadPoolExecutor(4) as visitors:
            probes = list(visitors.map(lambda _: server.get("/ready/"), range(20)))
        assert {each.status for each in probes} <= {200, 503}
        until(lambda: server.get("/ready/").status == 503, seconds=2, what="not ready")
        assert max(each.seconds for each in probes) < 2.5
        assert server.get("/alive/").status == 200
        scrape = server.get("/metrics")
        assert scrape.status == 200
        assert scrape.seconds < 2
        assert "a360_db_up 0.0" in scrape.body
    finally:
        server.signal_database(GO_ON)
    until(lambda: server.get("/ready/").status == 200, seconds=10, what="ready again")


def test_every_line_of_the_log_is_json_and_probes_are_in_none(server: OwnServer) -> None:
    server.get("/login/?next=/contacts/%3Fq%3Dann", headers={"X-Request-ID": "from-a-browser"})
    until(lambda: "from-a-browser" in server.said(), seconds=5, what="the line")
    lines = [json.loads(line) for line in server.said().splitlines()]
    routes = [
        line["Attributes"].get("http.route") for line in lines if line.get("EventName") == "http.request"
    ]
    assert "/login/" in routes
    assert not {"/alive/", "/ready/", "/health/", "/health/detailed/", "/metrics"} & set(routes)
    assert "next=" not in server.said()


def test_processes_count_together(server: OwnServer) -> None:
    def logins() -> float:
        text = server.get("/metrics").body
        lines = [line for line in text.splitlines() if 'route="/login/",status_class="2xx"' in line]
        return sum(float(line.rpartition(" ")[2]) for line in lines)

    before = logins()
    with ThreadPoolExecutor(4) as visitors:
        list(visitors.map(lambda _: server.get("/login/"), range(40)))
    assert logins() == before + 40
    assert logins() == before + 40  # whichever process answers


def test_with_its_pool_exhausted_a_process_lives_and_is_ready() -> None:
    """H-2: one connection, held by a page that waits for a lock; others wait for the connection."""
    with (
        own_installation(WEB_PROCESSES="1", WEB_THREADS="4", DB_POOL_MAX_SIZE="1") as server,
        _locked(server),
    ):
        waiting: list[Answer] = []
        visitors = [
            threading.Thread(target=lambda: waiting.append(server.get("/contacts/", headers=SIGNED_IN)))
            for _ in range(2)
        ]
        for visitor in visitors:
            visitor.start()
        until(lambda: _in_flight(server) >= 3, seconds=5, what="both visitors wait")
        alive = [server.get("/alive/") for _ in range(50)]
        assert {each.status for each in alive} == {200}
        assert sorted(each.seconds for each in alive)[45] < 0.05
        assert server.get("/ready/").status == 200
        for visitor in visitors:
            visitor.join()
        # One of them had to give up waiting for the connection; the other may have got it in the end.
        assert 503 in {each.status for each in waiting} <= {302, 503}


def _in_flight(server: OwnServer) -> float:
    for line in server.get("/metrics").body.splitlines():
        if line.startswith("a360_http_requests_in_flight "):
            return float(line.rpartition(" ")[2])
    return 0


class _locked:  # noqa: N801  # reads as what it does
    """The table of sessions, locked by somebody else: a page of that server waits with its connection in hand."""

    def __init__(self, server: OwnServer) -> None:
        import psycopg

        from apps.core.embedded import database_settings

        described = database_settings(server.data_dir)
        self._connection = psycopg.connect(
            host=described["HOST"],
            port=described["PORT"],
            user=described["USER"],
            dbname=described["NAME"],
            passfile=described["OPTIONS"]["passfile"],
        )

    def __enter__(self) -> None:
        self._connection.execute("LOCK TABLE django_session IN ACCESS EXCLUSIVE MODE")

        def let_go() -> None:
            self._connection.close()

        # Longer than the pool waits for a connection, so that at least one visitor is turned away.
        self._timer = threading.Timer(11.5, let_go)
        self._timer.start()

    def __exit__(self, *exception: object) -> None:
        self._timer.cancel()
        self._connection.close()


def test_told_to_stop_it_says_so_at_once_and_finishes_what_it_has_begun() -> None:
    """H-4."""
    with own_installation(WEB_PROCESSES="2", DRAIN_SECONDS="2") as server:
        kept = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        kept.request("GET", "/ready/")
        assert kept.getresponse().read() == b'{"status": "ok"}'
        # A request whose body is still on its way when the server is told to stop.
        begun = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        begun.putrequest("POST", "/login/")
        begun.putheader("Content-Type", "application/x-www-form-urlencoded")
        begun.putheader("Content-Length", "9")
        begun.endheaders(b"login=")

        told = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        noticed = until(lambda: server.get("/ready/").status == 503, seconds=0.5, what="draining")
        assert json.loads(server.get("/ready/").body) == {"status": "draining"}
        assert server.get("/login/").status == 200  # who has not noticed yet is served
        kept.request("GET", "/ready/")
        answer = kept.getresponse()
        assert (answer.status, json.loads(answer.read())) == (503, {"status": "draining"})
        begun.send(b"ann")
        assert begun.getresponse().status == 403  # no CSRF token; the point is that it was answered
        assert server.process.wait(30) == 0
        took = time.monotonic() - told
        assert 2 <= took < 10
        assert not list(server.data_dir.glob("draining/*"))
        print(f"\n503 after {noticed * 1000:.0f} ms; ended after {took:.1f} s")


def test_without_a_time_to_drain_it_ends_at_once() -> None:
    with own_installation(WEB_PROCESSES="1", DRAIN_SECONDS="0") as server:
        told = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        assert time.monotonic() - told < 3
