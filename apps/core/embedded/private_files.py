"""Small secrets and locks in the data folder, readable by their owner alone."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from apps.core.embedded.errors import SetupError


def local_secret_key(data_dir: Path) -> str:
    """Django's SECRET_KEY of this installation, made once; only for installations that set none themselves."""
    return remembered_secret(data_dir / "secret-key", secrets.token_urlsafe(64))


def remembered_secret(path: Path, fresh: str) -> str:
    """What the file holds; a first call writes `fresh` into it (two at once agree on one of the two)."""
    try:
        if kept := path.read_text().strip():
            return kept
    except FileNotFoundError:
        pass
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}. Run as the user who owns it.") from error
    make_folder(path.parent)
    try:
        write_private(path.with_name(f".{path.name}.{os.getpid()}"), fresh + "\n", publish_as=path)
        return path.read_text().strip()
    except OSError as error:
        raise SetupError(_unwritable(path.parent, error)) from error


def write_private(draft: Path, content: str, *, publish_as: Path) -> None:
    """Mode 0600 from the first byte, complete before it has its name; a file already there stays, unless empty."""
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    if publish_as.exists() and publish_as.stat().st_size == 0:
        publish_as.unlink()
    try:
        os.link(draft, publish_as)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(_unwritable(folder, error)) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for, then hold, the file's lock. The kernel releases it when the process dies, so it is never stale."""
    make_folder(path.parent)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise SetupError(_unwritable(path.parent, error)) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _unwritable(folder: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"The data folder {folder} cannot be written: {reason}. Set APP_DATA_DIR to a folder that you own."
