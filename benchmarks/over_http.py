"""A few pages over HTTP, served by gunicorn as in `make run`: one reader, then eight at once."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median
from typing import Any

from appointment360.env import BASE_DIR
from benchmarks.figures import percentile
from benchmarks.in_browser import measure_in_browser

REPEATS = 60
CLIENTS = 8
PAGES_A_CLIENT = 25
START_SECONDS = 60
PAGES = {
    "list, no filter": "/contacts/",
    "list, one filter": "/contacts/?country=Germany",
    "list, three filters": "/contacts/?country=United+States&seniority=Manager&technologies=Salesforce",
    "text search": "/contacts/?q=maria",
    "options": "/contacts/options/title/?q=eng",
}


def measure_over_http(session: str) -> dict[str, Any]:
    with gunicorn() as port:
        alone = {name: _one_reader(port, session, path) for name, path in PAGES.items()}
        return {
            "one reader": alone,
            f"{CLIENTS} readers, pages a second": _many_readers(port, session),
            "browser": measure_in_browser(port, session),
        }


@contextmanager
def gunicorn() -> Iterator[int]:
    """A server of its own on a free port, on the database of this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"],
        cwd=BASE_DIR,
        env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1", "LOG_LEVEL": "error"},
    )
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            _get(http.client.HTTPConnection("localhost", port, timeout=30), "/login/", "")
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("gunicorn did not start.")


def _get(connection: http.client.HTTPConnection, path: str, session: str) -> int:
    connection.request("GET", path, headers={"Cookie": f"sessionid={session}", "Accept-Encoding": "gzip"})
    response = connection.getresponse()
    response.read()
    return response.status


def _one_reader(port: int, session: str, path: str) -> dict[str, float]:
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    times = []
    for number in range(REPEATS + 10):
        started = time.perf_counter()
        if (status := _get(connection, path, session)) != 200:
            sys.exit(f"{path} answered {status} over HTTP")
        if number >= 10:
            times.append((time.perf_counter() - started) * 1000)
    connection.close()
    return {
        "p50": round(median(times), 1),
        "p95": round(percentile(times, 0.95), 1),
        "worst": round(max(times), 1),
    }


def _many_readers(port: int, session: str) -> float:
    def read(_number: int) -> None:
        connection = http.client.HTTPConnection("localhost", port, timeout=60)
        for _ in range(PAGES_A_CLIENT):
            _get(connection, "/contacts/", session)
        connection.close()

    with ThreadPoolExecutor(CLIENTS) as pool:
        started = time.perf_counter()
        list(pool.map(read, range(CLIENTS)))
        return round(CLIENTS * PAGES_A_CLIENT / (time.perf_counter() - started), 1)
