"""Imports of small files, told by what they say."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from apps.accounts.access import Access
from apps.contacts.history.models import Change, Operation
from apps.contacts.imports.importing import ImportResult, import_file
from apps.contacts.models import Contact


class Importer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, content: str | bytes | Path, **options: Any) -> ImportResult:
        """Import the content as the operator, unless told otherwise."""
        if isinstance(content, Path):
            path = content
        else:
            path = self._folder / "people.csv"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(path, **{"access": Access.of_operator(), **options})


@pytest.fixture
def bring_in(db: None, tmp_path: Path, settings: Any) -> Importer:
    settings.APP_DATA_DIR = tmp_path / "data"
    return Importer(tmp_path)


def balance(result: ImportResult, **expected: int) -> None:
    """The accounts are as expected, zero where nothing is said, and they balance."""
    outcomes = {name: number for name, number in result.balance.items() if name != "read"}
    assert outcomes == dict.fromkeys(outcomes, 0) | expected
    assert result.read == sum(outcomes.values())


def rejects(result: ImportResult) -> list[dict[str, str]]:
    assert result.rejects_file is not None
    return list(csv.DictReader(io.StringIO(result.rejects_file.read_text(encoding="utf-8-sig"))))


def only_contact() -> Contact:
    return Contact.objects.get()


def changes_of(result: ImportResult) -> int:
    assert result.operation is not None
    assert Operation.objects.filter(pk=result.operation, kind="import").exists()
    return Change.objects.filter(operation=result.operation).count()
