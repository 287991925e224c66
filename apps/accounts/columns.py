"""Which columns exist to have rights on: declared by the app that owns them, so that accounts need not know it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext


class ColumnRight(StrEnum):
    """From the least to the most."""

    HIDDEN = "hidden"
    READ = "read"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Column:
    """A column as those who give rights see it."""

    name: str
    english: str  # what it is called, and under which heading; label and group say it in the language of the request
    group_english: str
    default: ColumnRight  # of a new person who is no admin
    is_editable: bool = True  # by anybody at all; what the product sets itself is not
    is_name: bool = False  # tells who is meant, and where they work
    is_personal: bool = False  # a way to reach somebody, or nobody knows what

    @property
    def label(self) -> str:
        return gettext(self.english)

    @property
    def group(self) -> str:
        return gettext(self.group_english)


_columns: dict[str, Column] = {}
_RANKS = {right: rank for rank, right in enumerate(ColumnRight)}


def declare_columns(columns: Iterable[Column]) -> None:
    """Make columns known, in the order of their pages. Called when an app is ready."""
    _columns.update((column.name, column) for column in columns)


def declared_columns() -> tuple[Column, ...]:
    return tuple(_columns.values())


def all_columns() -> frozenset[str]:
    return frozenset(_columns)


def default_rights() -> dict[str, str]:
    """The rights of a new person where no admin has decided otherwise, as AdminUser.column_rights stores them."""
    return stored({column.name: column.default for column in _columns.values()})


def stored(rights: Mapping[str, ColumnRight]) -> dict[str, str]:
    """Rights as a row keeps them: in order, without what is hidden or unknown, and nothing editable that cannot be."""
    kept: dict[str, str] = {}
    for column in _columns.values():
        right = rights.get(column.name, ColumnRight.HIDDEN)
        if right is not ColumnRight.HIDDEN:
            kept[column.name] = str(right if column.is_editable else ColumnRight.READ)
    return kept


def held(rights: Mapping[str, object]) -> dict[str, ColumnRight]:
    """What a row's rights come to: a right for each column there is; what is not known grants nothing."""
    return {
        column.name: _lowered(column, rights.get(column.name, ColumnRight.HIDDEN))
        for column in _columns.values()
    }


def is_more(right: ColumnRight, than: ColumnRight) -> bool:
    return _RANKS[right] > _RANKS[than]


def within(rights: Mapping[str, object], most: Mapping[str, object]) -> dict[str, str]:
    """Rights as a row keeps them, each no more than the other one on that column."""
    bounds = held(most)
    return stored(
        {
            name: bounds[name] if is_more(right, bounds[name]) else right
            for name, right in held(rights).items()
        }
    )


def _lowered(column: Column, right: object) -> ColumnRight:
    if right == ColumnRight.EDIT and column.is_editable:
        return ColumnRight.EDIT
    return ColumnRight.READ if right in (ColumnRight.EDIT, ColumnRight.READ) else ColumnRight.HIDDEN
