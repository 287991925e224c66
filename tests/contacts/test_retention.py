"""Files that imports leave, views that were deleted: kept while somebody may want them, then gone."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from apps.accounts.models import AdminUser
from apps.contacts.models import Operation, SavedView, ViewVisit
from apps.core.retention import Rule, purged, rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def imports(settings, tmp_path) -> Path:
    settings.APP_DATA_DIR = tmp_path
    return tmp_path / "imports"


def left(imports: Path, name: str, days: int) -> Path:
    """A folder of rejects that was written so many days ago."""
    folder = imports / name
    folder.mkdir(parents=True)
    (folder / "rejects.csv").write_text("Email,_row,_reason\n")
    then = time.time() - days * 86_400 - 60
    for path in (folder / "rejects.csv", folder):
        os.utime(path, (then, then))
    return folder


def rule(name: str) -> Rule:
    return next(rule for rule in rules() if rule.name == name)


def test_rejects_go_a_month_after_their_import(imports):
    logged = [Operation.objects.create(kind=Operation.Kind.IMPORT) for _ in range(2)]
    old, new = left(imports, str(logged[0].pk), 31), left(imports, str(logged[1].pk), 29)
    tried = left(imports, f"dry-run-{logged[1].pk + 1}", 31)
    assert rule("import files").count(timezone.now() - timedelta(days=30)) == 2
    assert list(purged(rule("import files"))) == [2]
    assert [folder.exists() for folder in (old, new, tried)] == [False, True, False]


def test_what_a_killed_import_left_goes_after_a_day(imports):
    killed, running = left(imports, "998", 1), left(imports, "999", 0)
    assert list(purged(rule("interrupted imports"))) == [1]
    assert [folder.exists() for folder in (killed, running)] == [False, True]


def test_no_folder_falls_under_two_rules(imports):
    left(imports, "998", 40)
    left(imports, "dry-run-997", 40)
    found = [rule(name).count(timezone.now()) for name in ("import files", "interrupted imports")]
    assert found == [1, 1]


def test_what_people_keep_there_stays(imports):
    mappings, notes = left(imports, "mappings", 400), left(imports, "notes of 2024", 400)
    for name in ("import files", "interrupted imports"):
        assert list(purged(rule(name))) == []
    assert mappings.exists()
    assert notes.exists()


def test_a_deleted_view_goes_after_a_month_with_what_people_kept_beside_it():
    person = AdminUser.objects.create_user("ann@staff.example")
    for name, days in (("Kept", None), ("New", 29), ("Old", 31)):
        moment = None if days is None else timezone.now() - timedelta(days=days)
        view = SavedView.objects.create(owner=person, name=name, deleted_at=moment)
        ViewVisit.objects.create(person=person, view=view)
    assert rule("deleted views").count(timezone.now() - timedelta(days=30)) == 1
    assert list(purged(rule("deleted views"))) == [1]
    assert list(ViewVisit.objects.order_by("pk").values_list("view__name", flat=True)) == ["Kept", "New"]
