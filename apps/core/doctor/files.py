"""The data folder: room, rights, and secrets that only their owner may read."""

import shutil
import tempfile
from pathlib import Path

from django.conf import settings

from apps.core.doctor.registry import Finding, examination, fail, fine, warn

FILES = "Files"
SECRETS = ("secret-key", "database.pgpass", "database-superuser-password", "demo-credentials.json")
GB = 1024**3


@examination(FILES, "disk")
def disk() -> Finding:
    folder = _nearest(Path(settings.APP_DATA_DIR))
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    sentence = f"{usage.free / GB:,.1f} GB of {usage.total / GB:,.1f} GB are free where the data folder is"
    if share < 0.05 or usage.free < GB // 2:
        return fail(f"{sentence}.", "Make room now: a full disk stops the database.")
    if share < 0.2 or usage.free < 2 * GB:
        return warn(f"{sentence}.", "Make room: manage.py purge removes what has had its time.")
    return fine(f"{sentence}.")


@examination(FILES, "data folder")
def data_folder() -> Finding:
    for folder in (Path(settings.APP_DATA_DIR), Path(settings.MEDIA_ROOT)):
        if not folder.exists():
            continue
        try:
            with tempfile.NamedTemporaryFile(dir=folder):
                pass
        except OSError as error:
            return fail(
                f"{folder} cannot be written: {error.strerror}.", "Run as its owner, or set APP_DATA_DIR."
            )
    return fine("The folders for data and files can be written.")


@examination(FILES, "private files")
def private_files() -> Finding:
    candidates = [Path(settings.APP_DATA_DIR) / name for name in SECRETS] + [Path(settings.BASE_DIR) / ".env"]
    open_ones = [path.name for path in candidates if path.exists() and path.stat().st_mode & 0o077]
    if open_ones:
        return fail(f"Other users of this machine may read {', '.join(open_ones)}.", "chmod 600 them.")
    return fine("Files with secrets can be read by their owner alone.")


def _nearest(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())
