"""Where the processes of a server keep their counts, so that any of them can answer for all.

prometheus-client's multi-process mode: a few files for each process, in a folder that PROMETHEUS_MULTIPROC_DIR names
before the library is imported. Nothing here imports it at the top, for gunicorn's master must not count. Each machine
has a folder of its own in there: containers that share the data folder have processes of the same number.
"""

import os
import re
import shutil
import socket
import time
from pathlib import Path

from apps.core.processes import is_alive

FORGOTTEN_SECONDS = 7 * 24 * 3600
VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# Set by a supervisor for the process it keeps alive: its own number.
SUPERVISOR = "METRICS_OF_SUPERVISOR"
_OF_A_PROCESS = re.compile(r"_(?:of)?(\d+)\.db$")


def use_folder(data_dir: Path) -> Path:
    """From here on this process and its children count in files; call it before anything imports the metrics."""
    machine = re.sub(r"[^A-Za-z0-9.-]", "-", socket.gethostname()) or "here"
    folder = data_dir / "metrics" / machine
    folder.mkdir(parents=True, exist_ok=True)
    os.environ[VARIABLE] = str(folder)
    return folder


def is_shared() -> bool:
    return VARIABLE in os.environ


def process_name() -> str:
    """What a process calls its files. One that is started again goes on with those of the one before.

    A worker that starts anew every few seconds would else leave as many files, and a scrape reads all of them.
    """
    supervisor = os.environ.get(SUPERVISOR)
    return f"of{supervisor}" if supervisor else str(os.getpid())


def files_of_all() -> list[str]:
    """Of every process of every machine that shares the data folder, those with something in them.

    A process that is killed while it makes one leaves it empty, and the library reads that as an error.
    """
    folders = Path(os.environ[VARIABLE]).parent
    return [str(file) for file in folders.glob("*/*.db") if file.stat().st_size > 0]


def empty(folder: Path) -> None:
    """At the start of a server: without the counts of processes that have ended. A live worker's stay.

    Whether another machine's live is not known here; a folder in which nothing was counted for a week is given up.
    """
    for other in folder.parent.iterdir():
        counted = [file.stat().st_mtime for file in other.glob("*.db")] if other != folder else []
        if counted and time.time() - max(counted) > FORGOTTEN_SECONDS:
            shutil.rmtree(other)
    for file in folder.glob("*.db"):
        process = _OF_A_PROCESS.search(file.name)
        if process is None or not is_alive(int(process[1])):
            file.unlink(missing_ok=True)


def forget_process(process_id: int) -> None:
    """A process has ended: what it did still counts, what it was just doing does not."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(process_id)  # type: ignore[no-untyped-call]
