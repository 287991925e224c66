"""The header row: what its columns are called, and which catalogue field a name means."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from apps.contacts.fields import FIELDS
from apps.core.spreadsheet_cells import bare_cell

MAX_HEADER = 200
REJECT_COLUMNS = ("_row", "_reason")  # what a file of rejects has besides the original columns
FULL_NAME = frozenset({"name", "full name", "fullname", "contact name", "person name", "display name"})
_NOT_WORDS = re.compile(r"[^\w#]+|_+")
_UNSTORABLE = re.compile("[\0-\x1f\x7f\ud800-\udfff\ufeff]")


@dataclass(frozen=True, slots=True)
class Header:
    """A column of the file. `title` is unique in its file: it is the key in `custom`."""

    index: int
    title: str

    @property
    def normal(self) -> str:
        return normalise_header(self.title)


def normalise_header(title: str) -> str:
    """`Person_Linkedin-URL ` and `person linkedin url` are one header."""
    return " ".join(_NOT_WORDS.sub(" ", title).casefold().split())


def headers_of(cells: Iterable[str]) -> list[Header]:
    """Columns without a name and with a name that came before get one of their own."""
    taken: set[str] = set()
    headers = []
    for index, cell in enumerate(cells):
        plain = " ".join(_UNSTORABLE.sub(" ", bare_cell(cell)).split())[:MAX_HEADER] or f"Column {index + 1}"
        title, copy = plain, 1
        while title in taken:
            copy += 1
            title = f"{plain} ({copy})"
        taken.add(title)
        headers.append(Header(index, title))
    return headers


@cache
def field_names() -> dict[str, tuple[str, int]]:
    """Normalised header → catalogue field and its rank: its own name and label come before an alias."""
    names: dict[str, tuple[str, int]] = {}
    for field in FIELDS.values():
        if field.is_writable:
            names.setdefault(normalise_header(field.name), (field.name, 0))
            names.setdefault(normalise_header(field.english), (field.name, 0))
    for field in FIELDS.values():
        if field.is_writable:
            for rank, alias in enumerate(field.aliases, 1):
                names.setdefault(normalise_header(alias), (field.name, rank))
    return names


def known_fields(cells: Iterable[str]) -> int:
    """How many of the cells would be known as headers."""
    return sum((normal := normalise_header(cell)) in field_names() or normal in FULL_NAME for cell in cells)
