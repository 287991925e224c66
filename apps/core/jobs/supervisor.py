"""Keeps one worker process alive: a job may take its process down with it, and the database may go away for a while."""

import os
import signal
import subprocess
import sys
import threading
import time
from types import FrameType

import structlog

from apps.core import metric_files
from apps.core.embedded import die_with_parent

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 5.0
HEALTHY_SECONDS = 60  # a process that lived so long starts with the first wait again
KILL_AFTER_GRACE_SECONDS = 10

logger = structlog.get_logger(__name__)


class Supervisor:
    """Starts a command, starts it again when it ends by itself, and ends it when asked to."""

    def __init__(self, command: list[str], *, grace: float) -> None:
        self.command = command
        self.grace = grace
        self._is_stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._deadline = 0.0

    def run(self) -> int:
        """Until SIGTERM, SIGINT or SIGHUP; the exit code of the last process."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._pass_on)
        wait = FIRST_WAIT_SECONDS
        while True:
            began = time.monotonic()
            code = self._run_once()
            if self._is_stopping.is_set():
                return 0 if code in {0, -signal.SIGTERM, -signal.SIGINT} else 1
            if time.monotonic() - began > HEALTHY_SECONDS:
                wait = FIRST_WAIT_SECONDS
            logger.warning("worker.restarted", **{"process.exit_code": code})
            if self._is_stopping.wait(wait):
                return 0
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)

    def _run_once(self) -> int:
        self._process = subprocess.Popen(
            [sys.executable, *self.command],
            env={**os.environ, metric_files.SUPERVISOR: str(os.getpid())},
            # Out of the terminal's reach: Ctrl-C comes to us, and reaches it once.
            start_new_session=True,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # this process has no threads
        )
        if self._is_stopping.is_set():  # a signal came while it was being started
            self._process.terminate()
        while True:
            try:
                return self._process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                if self._is_stopping.is_set() and time.monotonic() > self._deadline:
                    self._process.kill()

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        if not self._is_stopping.is_set():
            self._deadline = time.monotonic() + self.grace + KILL_AFTER_GRACE_SECONDS
        self._is_stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
