"""Columns of the list as a person chooses them: which, in which order, how wide. As text: `name:240,title,stage:90`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from apps.accounts.access import Access
from apps.contacts.fields import CUSTOM, CUSTOM_LABEL, DEFAULT_COLUMNS, FIELDS, Field, Group

NARROWEST, WIDEST = 60, 800  # pixels
MOST_COLUMNS = 60
# The first column, made of two fields: it can be made wider, but always stands first.
NAME = "name"
NAME_WIDTH = 220
# "Other columns" in the table; in the catalogue it is no field, for it is any number of them.
CUSTOM_FIELD = Field(CUSTOM, CUSTOM_LABEL, Group.RECORD, is_writable=False, width=240)
CHOOSABLE: dict[str, Field] = {**FIELDS, CUSTOM: CUSTOM_FIELD}


@dataclass(frozen=True, slots=True)
class Column:
    """A column that was asked for; it may be one that does not exist. No width: that of its field."""

    name: str
    width: int | None = None

    def __str__(self) -> str:
        return self.name if self.width is None else f"{self.name}:{self.width}"


type Columns = tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class ShownColumns:
    """The columns that somebody sees: the name, then fields, each with the width it has here."""

    name_width: int
    fields: tuple[Field, ...]
    has_unknown: bool = False  # something else was asked for, too

    @property
    def chosen(self) -> Columns:
        """The same as columns to keep."""
        widths = [(NAME, self.name_width, NAME_WIDTH)]
        widths += [(field.name, field.width, CHOOSABLE[field.name].width) for field in self.fields]
        return tuple(Column(name, None if width == usual else width) for name, width, usual in widths)


def shown_columns(chosen: Columns, access: Access) -> ShownColumns:
    """Those of the chosen columns that this person may read; of none chosen, those of everybody."""
    wanted = chosen or tuple(map(Column, DEFAULT_COLUMNS))
    known = [column for column in wanted if column.name in CHOOSABLE and access.can_read(column.name)]
    widths = [column.width for column in wanted if column.name == NAME]
    return ShownColumns(
        name_width=next((width for width in widths if width), NAME_WIDTH),
        fields=tuple(_with_width(CHOOSABLE[column.name], column.width) for column in known),
        has_unknown=bool(chosen) and len(known) + len(widths) < len(wanted),
    )


def hidden_columns(columns: Columns, access: Access) -> Columns:
    """Those that exist, but not for this person."""
    return tuple(
        column for column in columns if column.name in CHOOSABLE and not access.can_read(column.name)
    )


def _with_width(field: Field, width: int | None) -> Field:
    return field if width is None else replace(field, width=width)


def parse_columns(text: str) -> Columns:
    """Read `name:240,title,…`; a width that is none is left out, and so is what is said twice."""
    found: dict[str, Column] = {}
    for part in text.split(","):
        name, _, width = part.strip().partition(":")
        if name:
            found.setdefault(name, Column(name, width_of(width)))
    return tuple(found.values())[:MOST_COLUMNS]


def width_of(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return None
    return min(max(int(text), NARROWEST), WIDEST)


def columns_text(columns: Iterable[Column]) -> str:
    return ",".join(map(str, columns))


def stored_columns(columns: Iterable[Column]) -> list[dict[str, str | int | None]]:
    """As the database keeps them."""
    return [{"name": column.name, "width": column.width} for column in columns]


def held_columns(stored: Sequence[dict[str, str | int | None]]) -> Columns:
    return tuple(
        Column(str(each["name"]), each["width"] if isinstance(each["width"], int) else None)
        for each in stored
    )
