"""Saying at /ready/ that this server is about to stop, while what it has begun is still finished.

gunicorn.conf.py calls begin() in the master when it is told to stop; the workers see a file named after their master.
"""

import os
import socket
from pathlib import Path

_MACHINE = socket.gethostname().replace("/", "_")
_is_ending = False


def flag_of(data_dir: Path, master: int) -> Path:
    """With the machine's name: in containers that share a folder, every master has the number 1."""
    return data_dir / "draining" / f"{_MACHINE}.{master}"


def begin(data_dir: Path) -> None:
    """In the master: for all its workers. Called in a signal handler, so it only makes a file."""
    flag = flag_of(data_dir, os.getpid())
    try:
        flag.parent.mkdir(exist_ok=True)
        flag.touch()
    except OSError:
        pass  # a full disk must not keep a server from stopping


def begin_here() -> None:
    """In a worker that is told to stop by itself."""
    global _is_ending
    _is_ending = True


def end(data_dir: Path, master: int) -> None:
    """Before the first worker and after the last: an earlier master may have had this number."""
    flag_of(data_dir, master).unlink(missing_ok=True)


def is_draining(data_dir: Path) -> bool:
    return _is_ending or flag_of(data_dir, os.getppid()).exists()
