"""Who runs the product from this data folder: a lock that dies with its process, and a note of address and number."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from apps.core.embedded import SetupError


@dataclass(frozen=True)
class Running:
    process_id: int
    url: str


class Runner:
    """The right to run from a data folder: one at a time."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "run.lock"
        self._descriptor: int | None = None

    def take(self, url: str) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise SetupError(
                f"The data folder {self.path.parent} cannot be written: {error.strerror}. "
                "Set APP_DATA_DIR to a folder that you own."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            other = self.holder()
            where = f" at {other.url} (process {other.process_id})" if other else ""
            raise SetupError(
                f"It is running from this data folder already{where}. `make stop` ends it."
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(asdict(Running(os.getpid(), url))).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> Running | None:
        """Who holds the lock now; None when nobody does, whatever the note says."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._note()
        finally:
            os.close(descriptor)
        return None

    def _note(self) -> Running | None:
        try:
            note = json.loads(self.path.read_text())
            return Running(int(note["process_id"]), str(note["url"]))
        except (OSError, ValueError, KeyError):
            return None
