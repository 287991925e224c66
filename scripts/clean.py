"""`make clean`: remove what can be made again. Data only on the explicit word: make clean DATA=yes.

Runs on the machine's Python, for the environment is among what goes.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REMADE = (".venv", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis")
# Ours in a data folder, by name: the folder may be shared with files that are not.
DATA = (
    "database",
    "database.lock",
    "database.pgpass",
    "database-app.pgpass",
    "database-superuser-password",
    "demo-credentials.json",
    "draining",
    "imports",
    "media",
    "metrics",
    "run.lock",
    "secret-key",
    "static",
    "static.fingerprint",
)


def main() -> None:
    data_dir = data_folder()
    wanted = os.environ.get("DATA", "")
    if wanted not in {"", "yes"}:
        sys.exit(f"make clean: DATA={wanted} is not understood. Write DATA=yes to delete {data_dir} too.")
    stop_first()
    if wanted == "yes":
        remove([data_dir / name for name in DATA])
        if data_dir.is_dir() and not any(data_dir.iterdir()):
            data_dir.rmdir()
        print(f"Deleted the data in {data_dir}.")
    elif data_dir.exists():
        print(f"Kept the data in {data_dir}: make clean DATA=yes deletes it.")
    remove([ROOT / name for name in REMADE])
    remove(
        folder
        for top in ("appointment360", "apps", "scripts", "tests", "benchmarks")
        for folder in (ROOT / top).rglob("__pycache__")
    )
    print("Removed the environment and the caches.")


def data_folder() -> Path:
    """As settings find it: APP_DATA_DIR of the environment, then of .env, then var."""
    told = os.environ.get("APP_DATA_DIR", "").strip()
    if not told and (ROOT / ".env").exists():
        lines = (ROOT / ".env").read_text().splitlines()
        told = next(
            (line.partition("=")[2].strip(" '\"") for line in lines if line.startswith("APP_DATA_DIR=")), ""
        )
    return (ROOT / Path(told or "var").expanduser()).resolve()


def stop_first() -> None:
    python = ROOT / ".venv" / "bin" / "python"
    if python.exists():
        done = subprocess.run(
            [python, "-m", "scripts.stop"], cwd=ROOT, check=False, capture_output=True, text=True
        )
        if done.returncode != 0:
            sys.exit(
                f"make clean: nothing was removed, for something still runs: {done.stderr.strip()[-300:]}"
            )


def remove(paths: Iterable[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        main()
    except OSError as error:
        sys.exit(f"make clean: {error.filename} cannot be removed: {error.strerror}.")
