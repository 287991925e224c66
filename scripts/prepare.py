"""Make `.venv` with the pinned requirements. Runs on the machine's Python, so it needs nothing but that.

    prepare.py [run|dev]

A stamp inside the environment names what was installed, so the next call returns at once.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# What each purpose installs. The file for dev holds everything of the one for run.
REQUIREMENTS = {"run": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}


def main(purpose: str) -> None:
    try:
        if not is_ready(purpose):
            with one_at_a_time():
                if not is_ready(purpose):
                    build(purpose)
    except OSError as error:
        sys.exit(f"The environment {VENV} cannot be made: {error.strerror} ({error.filename}).")


def is_ready(purpose: str) -> bool:
    try:
        return stamp(purpose).read_text() == fingerprint(purpose) and environment_works()
    except FileNotFoundError:
        return False


def stamp(purpose: str) -> Path:
    return VENV / f".installed-for-{purpose}"


def fingerprint(purpose: str) -> str:
    return hashlib.sha256(REQUIREMENTS[purpose].read_bytes()).hexdigest()


def environment_works() -> bool:
    """False when it was left half made, or the interpreter that it was made from has gone."""
    try:
        return (
            subprocess.run([PYTHON, "-c", "import pip"], check=False, stderr=subprocess.DEVNULL).returncode
            == 0
        )
    except OSError:
        return False


@contextmanager
def one_at_a_time() -> Iterator[None]:
    descriptor = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def build(purpose: str) -> None:
    if not environment_works():
        shutil.rmtree(VENV, ignore_errors=True)
        say("Making the environment .venv …")
        run(
            [sys.executable, "-m", "venv", str(VENV)],
            "The environment could not be made (Debian, Ubuntu: install python3-venv)",
        )
    say("Installing the requirements (a minute or two, only this once) …")
    pip = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    run(
        [*pip, "install", "--require-hashes", "--no-warn-script-location", "-r", str(REQUIREMENTS[purpose])],
        "The requirements could not be installed (the first run needs the network)",
    )
    run(
        [str(PYTHON), "-c", "from apps.core import embedded; embedded.unpack_bundled()"],
        "The bundled PostgreSQL could not be unpacked",
    )
    for name in ("run", "dev") if purpose == "dev" else ("run",):
        stamp(name).write_text(fingerprint(name))


def run(command: list[str], failure: str) -> None:
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        reasons = (
            [line for line in said if line.lstrip().startswith("ERROR:")] or said[-1:] or ["no reason given"]
        )
        sys.exit(f"{failure}: {reasons[0].strip()}")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "run")
    except KeyboardInterrupt:
        sys.exit("\nStopped. The next run goes on from here.")
