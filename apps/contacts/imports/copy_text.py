"""Cleaned values as the text in which COPY takes them: several times faster than the driver's own row by row.

Cleaned texts hold no tab, line end or other control character, and JSON writes them as escapes, so only backslashes
need care. NULL is written as a character that no cleaned text can hold.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from apps.contacts.cleaning import Cleaned, cleaner_of
from apps.contacts.fields import Field, Kind

NULL = "\x01"
_REMEMBERED = 8192  # different cells of a column
_SHORT = 200  # characters; longer cells hardly ever come again
_OF_ONE_PERSON = frozenset(
    {Kind.TEXT, Kind.EMAIL, Kind.PHONE, Kind.REFERENCE}
)  # or as quickly cleaned as remembered


def stager_of(field: Field) -> Callable[[str], str]:
    """From a cell to what is staged for it. Raises CleaningError."""
    clean = cleaner_of(field)
    if field.kind in _OF_ONE_PERSON:
        return clean  # type: ignore[return-value]  # these are cleaned to texts

    def stage(cell: str) -> str:
        return copy_text(clean(cell))

    remembered = lru_cache(_REMEMBERED)(stage)
    return lambda cell: remembered(cell) if len(cell) <= _SHORT else stage(cell)


def copy_text(value: Cleaned) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(map(_quoted, value)) + "}"
    return str(value) if isinstance(value, int) else value.isoformat()


def copy_line(values: Sequence[str]) -> str:
    line = "\t".join(values)
    if "\\" in line:
        line = "\t".join([value.replace("\\", "\\\\") for value in values])
    return f"{line}\n"


def _quoted(item: str) -> str:
    escaped = item.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
