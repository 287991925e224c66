"""Is the server alive? Its pid file alone cannot say: after a power cut the number may be another program's."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from apps.core.embedded.errors import SetupError
from apps.core.processes import is_alive

LEFTOVER_SECONDS = 20


@dataclass(frozen=True)
class Postmaster:
    process_id: int
    status: str

    @property
    def is_ready(self) -> bool:
        return self.status == "ready"


def find_postmaster(cluster: Path) -> Postmaster | None:
    """The live server of this cluster; its pid file has the process id in line 1 and the status in line 8."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
        process_id = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if not _serves(process_id, cluster):
        return None
    return Postmaster(process_id, lines[7].strip() if len(lines) > 7 else "starting")


def clear_stale_locks(cluster: Path, socket_lock: Path) -> None:
    """Remove lock files that would stop the server from starting: damaged ones, or ones that name another program.

    That is safe only when no process of the dead server is left, so those get time to notice and end. The plain case,
    a number that nobody has now, is PostgreSQL's own to judge: it also looks at the shared memory.
    """
    locks = [lock for lock in (cluster / "postmaster.pid", socket_lock) if lock.exists()]
    if not locks:
        return
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while left := _processes_in(cluster):
        if time.monotonic() > deadline:
            raise SetupError(
                f"Processes of an earlier database server still work on {cluster} "
                f"({', '.join(map(str, left))}): stop them, then start again."
            )
        time.sleep(0.2)
    for lock in locks:
        try:
            number = int(lock.read_text().split("\n", 1)[0])
        except ValueError:
            number = 0
        if number <= 0 or is_alive(number):
            lock.unlink()


def _serves(process_id: int, cluster: Path) -> bool:
    """A server works in its cluster's folder. Where that may not be seen (a container), it was started with -D."""
    process = Path(f"/proc/{process_id}")
    if not Path("/proc/self").exists():
        return is_alive(process_id)
    try:
        return (process / "cwd").samefile(cluster)
    except PermissionError:
        return os.fsencode(cluster) in (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _processes_in(folder: Path) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").samefile(folder):
                found.append(int(process.name))
        except OSError:
            continue
    return found
