"""An installation of its own to break: embedded PostgreSQL in a temporary folder, gunicorn, any manage.py command."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from apps.core import embedded
from apps.core.embedded.description import NAME, SOCKET_PORT, Layout
from apps.core.embedded.postmaster import find_postmaster
from tests.faults.visitors import Visitor

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("DATABASE_URL", "PROCESS_ROLE", "DB_", "WEB_", "HOST", "PORT", "PYTEST")
CONTACTS = 3_000


def until[T](condition: Callable[[], T], seconds: float, what: str) -> T:
    """The condition's answer as soon as it is true-ish."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return answer


class Server:
    """One database for all fault tests; each test starts the processes it wants, and may break any of them."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.layout = Layout(data_dir)
        self.started: list[subprocess.Popen[bytes]] = []

    def prepare(self) -> None:
        self.start_database()
        for arguments in (
            ["migrate", "--verbosity", "0"],
            ["create_demo_users"],
            ["seed_contacts", str(CONTACTS), "--seed", "1"],
        ):
            subprocess.run(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self.environment(),
                check=True,
                stdout=subprocess.DEVNULL,
            )

    # --- the database

    def start_database(self) -> None:
        embedded.ensure_running(self.data_dir)

    def stop_database(self) -> None:
        embedded.stop(self.data_dir)

    def restart_database(self) -> None:
        self.stop_database()
        self.start_database()

    def kill_database(self) -> None:
        """SIGKILL to the server and everything it started, as when the machine's memory has run out."""
        for process_id in self.database_processes():
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        until(lambda: find_postmaster(self.layout.cluster) is None, 10, "the killed database is gone")

    def database_processes(self) -> list[int]:
        server = find_postmaster(self.layout.cluster)
        assert server is not None
        return [server.process_id, *children_of(server.process_id)]

    def connect(self, *, superuser: bool = False) -> psycopg.Connection[Any]:
        """A connection beside the product's; the superuser's comes in when the server is full, too."""
        secret = self.layout.superuser_password.read_text().strip() if superuser else None
        return psycopg.connect(
            host=str(self.layout.socket_folder),
            port=SOCKET_PORT,
            dbname=NAME,
            user="postgres" if superuser else NAME,
            password=secret,
            passfile=None if superuser else str(self.layout.password_file),
            autocommit=True,
            application_name="fault test",
            connect_timeout=5,
        )

    def ask(self, sql: str, *parameters: Any, superuser: bool = False) -> list[Any]:
        """The first column of the answer."""
        with self.connect(superuser=superuser) as connection:
            return [row[0] for row in connection.execute(sql, parameters or None).fetchall()]

    def database_log(self) -> str:
        return self.layout.log.read_text(errors="replace")

    # --- the product's processes

    def environment(self, **changes: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {
            **kept,
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "APP_DATA_DIR": str(self.data_dir),
            "LOG_LEVEL": "warning",
            "DEBUG": "false",
            **changes,
        }

    def start(self, *command: str, **changes: str) -> subprocess.Popen[bytes]:
        """Start a program with this database: server.start("manage.py", "worker"). It ends with the test."""
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment(**changes),
            stdout=self.log_of_processes().open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def log_of_processes(self) -> Path:
        return self.data_dir / "processes.log"

    def end_processes(self) -> None:
        for process in self.started:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.started.clear()

    @contextmanager
    def web(self, **changes: str) -> Iterator["Web"]:
        """gunicorn with the product, answering."""
        port = free_port()
        process = self.start("-m", "gunicorn", "-c", "gunicorn.conf.py", PORT=str(port), **changes)
        web = Web(self, port, process)
        try:
            until(web.answers, 30, "the web server answers")
            yield web
        finally:
            self.end_processes()

    def sign_in(self) -> dict[str, str]:
        people = json.loads((self.data_dir / "demo-credentials.json").read_text())["users"]
        return next(person for person in people if person["role"] == "admin")


class Web:
    """A running gunicorn."""

    def __init__(self, server: Server, port: int, process: subprocess.Popen[bytes]) -> None:
        self.server = server
        self.port = port
        self.process = process

    def answers(self) -> bool:
        assert self.process.poll() is None, self.server.log_of_processes().read_text()[-2000:]
        return Visitor(self.port).get("/login/").status == 200

    def visitor(self) -> Visitor:
        """Somebody who has signed in: an admin, who may do everything."""
        visitor = Visitor(self.port)
        person = self.server.sign_in()
        visitor.sign_in(person["email"], person["password"])
        return visitor

    def workers(self) -> list[int]:
        return children_of(self.process.pid)


@contextmanager
def frozen(process_ids: list[int]) -> Iterator[None]:
    """They stand still, as on a machine that swaps or a disk that does not answer, and then go on."""
    for process_id in process_ids:
        os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        for process_id in process_ids:
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGCONT)


def children_of(process_id: int) -> list[int]:
    try:
        text = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(each) for each in text.split()]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
