"""Worker processes on the database of a test, and looking at what they did."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 30


@contextmanager
def worker(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """`manage.py worker`, killed at the end with all it started."""
    process = subprocess.Popen(
        # Not the queue of the clock's jobs: a worker makes up for what it missed in the night.
        [sys.executable, "manage.py", "worker", "--queues=default", *arguments],
        cwd=ROOT,
        env=os.environ
        | {
            "WORKERS_DATABASE": connection.settings_dict["NAME"],
            "DJANGO_SETTINGS_MODULE": "tests.core.jobs.settings",
        }
        | environment,
    )
    try:
        yield process
    finally:
        for each in [process.pid, *children_of(process.pid)]:
            kill(each, signal.SIGCONT)
            kill(each, signal.SIGKILL)
        process.wait()


def children_of(process_id: int) -> list[int]:
    """The processes that a process has started (Linux)."""
    try:
        text = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(word) for word in text.split()]


def kill(process_id: int, number: signal.Signals) -> None:
    try:
        os.kill(process_id, number)
    except ProcessLookupError:
        pass


def wait_for[T](what: Callable[[], T], *, seconds: float = PATIENCE_SECONDS) -> T:
    """Until the answer is true; the answer."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = what()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"It did not happen within {seconds} seconds.")


def rows(sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or [])
        return cursor.fetchall()


def effects() -> list[str]:
    return [row[0] for row in rows("SELECT text FROM job_effect ORDER BY id")]


def status_of(job_id: int | None) -> str:
    return str(rows("SELECT status FROM procrastinate_jobs WHERE id = %s", [job_id])[0][0])


def outcomes_of(job_id: int | None) -> list[str]:
    return [row[0] for row in rows("SELECT outcome FROM core_jobrun WHERE job_id = %s ORDER BY id", [job_id])]


def has_ended(job_id: int | None) -> Callable[[], bool]:
    return lambda: status_of(job_id) in {"succeeded", "failed", "cancelled", "aborted"}
