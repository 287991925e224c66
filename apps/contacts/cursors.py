"""A position in a sorted result, as it travels in the `after` parameter."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from apps.contacts.fields import NUMBER_KINDS, Kind

type Plain = str | int | None

_MAX_LENGTH = 4000
_BIGINT = 2**63


class BrokenCursor(ValueError):
    """The text is no cursor, or one of another sort order."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Just after (or, backwards, just before) the contact with these sort values and this id.

    `sort` ties it to the order it was made for. `index` is the 0-based place of the page's first row in the whole
    result, for showing only.
    """

    sort: tuple[str, ...]
    values: tuple[Plain, ...]
    id: int
    backwards: bool = False
    index: int = 0

    def __str__(self) -> str:
        parts = [list(self.sort), list(self.values), self.id, int(self.backwards), self.index]
        plain = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str, sort: tuple[str, ...]) -> "Cursor":
        """Read a cursor made for the given sort order. Raises BrokenCursor."""
        if len(text) > _MAX_LENGTH or not text.isascii():
            raise BrokenCursor
        try:
            plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
            parts = json.loads(plain)
        except (binascii.Error, UnicodeDecodeError, ValueError, RecursionError) as error:
            raise BrokenCursor from error
        if not isinstance(parts, list) or len(parts) != 5 or "\0" in plain or "\\u0000" in plain:
            raise BrokenCursor
        given_sort, values, id_, backwards, index = parts
        if given_sort != list(sort) or not isinstance(values, list):
            raise BrokenCursor
        if not all(_is_place(number) for number in (id_, index)) or backwards not in (0, 1):
            raise BrokenCursor
        return cls(sort, tuple(_plain(value) for value in values), id_, bool(backwards), index)


def _is_place(number: object) -> bool:
    return type(number) is int and 0 <= number < _BIGINT


def _plain(value: object) -> Plain:
    if isinstance(value, str):
        if value.encode("utf-8", "ignore").decode() != value:  # half a character
            raise BrokenCursor
        return value
    if value is None or (type(value) is int and -_BIGINT <= value < _BIGINT):
        return value
    raise BrokenCursor


def sort_value(kind: Kind, value: Plain) -> str | int | date | datetime | None:
    """A cursor's value as the database compares it. Raises BrokenCursor when it is of another kind."""
    if value is None:
        return None
    wants_number = kind in NUMBER_KINDS
    if wants_number is not isinstance(value, int):
        raise BrokenCursor
    try:
        if kind is Kind.MOMENT:
            # In UTC: of the zones that Python reads PostgreSQL takes only some.
            return datetime.fromisoformat(str(value)).astimezone(UTC)
        if kind is Kind.DATE:
            return date.fromisoformat(str(value))
    except (ValueError, OverflowError) as error:
        raise BrokenCursor from error
    return value


def plain_value(value: str | int | date | datetime | None) -> Plain:
    """A sort value as a cursor carries it."""
    return value.isoformat() if isinstance(value, date) else value
