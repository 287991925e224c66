"""What `manage.py purge` removes of contacts: files of imports, deleted views. The operation log is kept: undo and the
trash need it.

Rejected rows of operation 12 are in imports/12, those of a dry run in imports/dry-run-13; imports/mappings is people's.
"""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from apps.contacts.history.models import Operation
from apps.contacts.saved_views.models import SavedView
from apps.core.retention import Rule, register

DRY_RUN = "dry-run-"


def _folders(before: datetime) -> Iterator[Path]:
    """Folders of imports in which nothing was written since."""
    imports = Path(settings.APP_DATA_DIR) / "imports"
    if not imports.is_dir():
        return
    for folder in sorted(imports.iterdir()):
        if not _operation_of(folder) or not folder.is_dir() or folder.is_symlink():
            continue
        latest = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
        if latest < before.timestamp():
            yield folder


def _operation_of(folder: Path) -> int:
    number = folder.name.removeprefix(DRY_RUN)
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0


def _finished(before: datetime) -> list[Path]:
    """Of imports that are in the log, and of dry runs, which never are."""
    folders = list(_folders(before))
    logged = _logged(folders)
    return [
        folder for folder in folders if folder.name.startswith(DRY_RUN) or _operation_of(folder) in logged
    ]


def _interrupted(before: datetime) -> list[Path]:
    """Of imports that were killed after they had written their rejects, and so are not in the log."""
    folders = [folder for folder in _folders(before) if not folder.name.startswith(DRY_RUN)]
    logged = _logged(folders)
    return [folder for folder in folders if _operation_of(folder) not in logged]


def _logged(folders: list[Path]) -> set[int]:
    numbers = [_operation_of(folder) for folder in folders]
    return set(Operation.objects.filter(pk__in=numbers).values_list("pk", flat=True))


def _count(find: Callable[[datetime], list[Path]], before: datetime) -> int:
    return len(find(before))


def _remove(find: Callable[[datetime], list[Path]], before: datetime, most: int) -> int:
    folders = find(before)[:most]
    for folder in folders:
        shutil.rmtree(folder)
    return len(folders)


def _deleted_views(before: datetime) -> "QuerySet[SavedView]":
    return SavedView.objects.filter(deleted_at__lt=before)


def _remove_views(before: datetime, most: int) -> int:
    with transaction.atomic():
        # Locked, so that none of them is brought back meanwhile.
        some = _deleted_views(before).select_for_update().values_list("pk", flat=True)[:most]
        return SavedView.objects.filter(pk__in=list(some)).delete()[1].get(SavedView._meta.label, 0)


register(
    Rule(
        "deleted views",
        "views that nobody brought back",
        timedelta(days=30),
        lambda before: _deleted_views(before).count(),
        _remove_views,
    )
)
register(
    Rule(
        "import files",
        "rejected rows of imports and dry runs",
        timedelta(days=settings.KEEP_IMPORT_FILES_DAYS),
        partial(_count, _finished),
        partial(_remove, _finished),
    )
)
register(
    Rule(
        "interrupted imports",
        # A day, so that none is taken for interrupted that is still running.
        "rejected rows of imports that were killed",
        timedelta(days=1),
        partial(_count, _interrupted),
        partial(_remove, _interrupted),
    )
)
