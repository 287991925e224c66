"""An installation of its own for a test that hurts it: an embedded PostgreSQL and gunicorn in a temporary folder."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apps.core import embedded
from apps.core.embedded.description import Layout
from apps.core.embedded.postmaster import find_postmaster

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    status: int  # 0 when nobody answered
    body: str
    seconds: float


@dataclass
class OwnServer:
    data_dir: Path
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str, *, timeout: float = 15, headers: Mapping[str, str] | None = None) -> Answer:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request("GET", path, headers={"Host": "localhost", **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), time.monotonic() - began)
        except OSError:
            return Answer(0, "", time.monotonic() - began)
        finally:
            connection.close()

    def signal_database(self, number: int) -> None:
        """To the server and all its processes: SIGSTOP freezes it, SIGCONT lets it go on."""
        postmaster = find_postmaster(Layout(self.data_dir).cluster)
        assert postmaster is not None
        for process_id in [postmaster.process_id, *_children_of(postmaster.process_id)]:
            try:
                os.kill(process_id, number)
            except ProcessLookupError:
                continue

    def stop_database(self) -> None:
        embedded.stop(self.data_dir)

    def start_database(self) -> None:
        embedded.ensure_running(self.data_dir)

    def said(self) -> str:
        return self.log.read_text(errors="replace")


def until(holds: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Wait for something, and say how long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - began


@contextmanager
def own_installation(**environment: str) -> Iterator[OwnServer]:
    """A migrated, empty installation that serves; variables of the environment are the product's."""
    with tempfile.TemporaryDirectory(prefix="a360-faults-") as folder:
        data_dir = Path(folder)
        data_dir.chmod(0o755)  # the server's own user must reach its folder below
        surroundings = _surroundings(data_dir) | environment
        port = _free_port()
        log = data_dir / "web.log"
        try:
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--no-input"],
                cwd=ROOT,
                env=surroundings,
                check=True,
                capture_output=True,
            )
            subprocess.run(
                [sys.executable, "manage.py", "collectstatic", "--no-input"],
                cwd=ROOT,
                env=surroundings,
                check=True,
                capture_output=True,
            )
            with log.open("wb") as output:
                process = subprocess.Popen(
                    [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py"],
                    cwd=ROOT,
                    env=surroundings | {"PORT": str(port)},
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            server = OwnServer(data_dir, port, process, log)
            try:
                until(lambda: server.get("/ready/").status == 200, seconds=60, what="the server is ready")
                yield server
            finally:
                process.kill() if process.poll() is None else None
                process.wait()
        finally:
            embedded.stop(data_dir)


def _surroundings(data_dir: Path) -> dict[str, str]:
    foreign = {
        "DATABASE_URL",
        "DEBUG",
        "PROMETHEUS_MULTIPROC_DIR",
        "PORT",
        "HOST",
        "LOG_STREAM",
        "LOG_FORMAT",
    }
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "appointment360.settings",
        "APP_DATA_DIR": str(data_dir),
        "HEALTH_ALLOWED_ADDRESSES": "127.0.0.1",
        "LOG_LEVEL": "info",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children_of(parent: int) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(process.name))
    return found


STOP, GO_ON = signal.SIGSTOP, signal.SIGCONT
