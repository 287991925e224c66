"""Which columns exist to have rights on: declared by the app that owns them, so that accounts need not know it."""

from enum import StrEnum


class ColumnRight(StrEnum):
    HIDDEN = "hidden"
    READ = "read"
    EDIT = "edit"


_columns: dict[str, ColumnRight] = {}


def declare_columns(columns: dict[str, ColumnRight]) -> None:
    """Make columns known, each with the right that a new person who is no admin gets. Called when an app is ready."""
    _columns.update(columns)


def all_columns() -> frozenset[str]:
    return frozenset(_columns)


def default_rights() -> dict[str, str]:
    """The column rights of a new person, as AdminUser.column_rights stores them."""
    return {name: str(right) for name, right in _columns.items() if right is not ColumnRight.HIDDEN}
