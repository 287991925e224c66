"""The chooser of columns: those that are shown in their order, and the others by group."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import Access
from apps.contacts.fields import Field
from apps.contacts.pages.ordering import moved
from apps.contacts.saved_views.columns import (
    CHOOSABLE,
    CUSTOM_FIELD,
    NAME,
    NARROWEST,
    WIDEST,
    Column,
    Columns,
    ShownColumns,
    width_of,
)
from apps.contacts.saved_views.models import Density
from apps.contacts.saved_views.opening import OpenList

_DENSITIES = (("", _("As in my account")), *Density.choices)


@dataclass(frozen=True, slots=True)
class Choice:
    """A column that can be chosen; `words` is what it is found by."""

    name: str
    label: str
    words: str
    width: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class ChoiceGroup:
    label: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class ColumnChooser:
    """`query` is the list that it was opened from."""

    query: str
    view_name: str
    is_shared: bool
    name_width: int
    shown: list[Choice]
    groups: list[ChoiceGroup]
    densities: list[tuple[str, str, bool]]
    narrowest: int = NARROWEST
    widest: int = WIDEST


def column_chooser(
    opened: OpenList, access: Access, columns: ShownColumns | None = None, density: str | None = None
) -> ColumnChooser:
    """For an open list; `columns` and `density` are what has been chosen and not yet saved."""
    shown = columns or opened.columns
    chosen_density = opened.density if density is None else density
    names = {field.name for field in shown.fields}
    others = [
        field for field in CHOOSABLE.values() if field.name not in names and access.can_read(field.name)
    ]
    return ColumnChooser(
        query=opened.search.query_string(),
        view_name=opened.view.name if opened.view else "",
        is_shared=bool(opened.view and opened.view.is_shared),
        name_width=shown.name_width,
        shown=[_choice(field, is_shown=True) for field in shown.fields],
        groups=_grouped(others),
        densities=[(value, str(label), value == chosen_density) for value, label in _DENSITIES],
    )


def _group_label(field: Field) -> str:
    return field.label if field is CUSTOM_FIELD else str(field.group)


def _choice(field: Field, *, is_shown: bool) -> Choice:
    words = f"{field.label} {_group_label(CHOOSABLE[field.name])}".lower()
    return Choice(field.name, field.label, words, field.width, is_shown)


def _grouped(fields: Iterable[Field]) -> list[ChoiceGroup]:
    groups: dict[str, list[Choice]] = {}
    for field in fields:
        groups.setdefault(_group_label(field), []).append(_choice(field, is_shown=False))
    return [ChoiceGroup(label, choices) for label, choices in groups.items()]


def chosen_columns(form: QueryDict) -> Columns:
    """The columns of the chooser's form, in its order."""
    names = [NAME, *(name for name in form.getlist("column") if name != NAME)]
    return tuple(Column(name, width_of(form.get(f"width-{name}", ""))) for name in dict.fromkeys(names))


def moved_columns(columns: Columns, move: str) -> Columns:
    """With one of them a place earlier or later; the name stays first."""
    by_name = {column.name: column for column in columns}
    return tuple(by_name[name] for name in moved(list(by_name), move, fixed=1))
