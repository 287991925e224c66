"""Rights on every column at once, by a name that people know them under."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext_noop

from apps.accounts.columns import Column, ColumnRight, declared_columns, held, stored

type Choose = Callable[[Column, ColumnRight], ColumnRight]

_HIDDEN, _READ, _EDIT = ColumnRight.HIDDEN, ColumnRight.READ, ColumnRight.EDIT

# From a column and its right by the role's defaults to the right that the preset gives.
_CHOICES: dict[str, tuple[str, Choose]] = {
    "everything": (gettext_noop("Everything"), lambda column, default: _EDIT),
    "read-everything": (gettext_noop("Read everything"), lambda column, default: _READ),
    "names": (
        gettext_noop("Names and companies only"),
        lambda column, default: _READ if column.is_name else _HIDDEN,
    ),
    "no-personal": (
        gettext_noop("No personal contact data"),
        lambda column, default: _HIDDEN if column.is_personal else default,
    ),
    "role": (gettext_noop("Role defaults"), lambda column, default: default),
    "nothing": (gettext_noop("Nothing"), lambda column, default: _HIDDEN),
}

PRESETS: dict[str, str] = {name: label for name, (label, _) in _CHOICES.items()}


def preset_rights(name: str, *, defaults: Mapping[str, object]) -> dict[str, ColumnRight]:
    """The right on each column that a preset gives to somebody whose role has these defaults. Raises KeyError."""
    _, choose = _CHOICES[name]
    by_default = held(defaults)
    chosen = {column.name: choose(column, by_default[column.name]) for column in declared_columns()}
    return held(stored(chosen))
