"""The grid of column rights: what it shows, what came back with its form, and a change in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from django.http import QueryDict
from django.utils.text import slugify
from django.utils.translation import gettext, pgettext_lazy

from apps.accounts.columns import Column, ColumnRight, declared_columns

type Rights = Mapping[str, ColumnRight]

PREFIX = "right-"
WORDS = {
    ColumnRight.HIDDEN: pgettext_lazy("column right", "Hidden"),
    ColumnRight.READ: pgettext_lazy("column right", "Read"),
    ColumnRight.EDIT: pgettext_lazy("column right", "Edit"),
}
_MOST_NAMED = 5  # of what is wrong with a form


@dataclass(frozen=True, slots=True)
class Choice:
    right: ColumnRight
    label: str
    is_chosen: bool
    is_possible: bool


@dataclass(frozen=True, slots=True)
class Row:
    column: Column
    right: ColumnRight
    saved: ColumnRight
    is_shown: bool

    @property
    def saved_label(self) -> str:
        return str(WORDS[self.saved])

    @property
    def is_changed(self) -> bool:
        return self.right is not self.saved

    @property
    def words(self) -> str:
        """What the row is found by."""
        return f"{self.column.label} {self.column.name} {self.column.group}".lower()

    def choices(self) -> list[Choice]:
        return [
            Choice(
                right,
                str(label),
                right is self.right,
                right is not ColumnRight.EDIT or self.column.is_editable,
            )
            for right, label in WORDS.items()
        ]


@dataclass(frozen=True, slots=True)
class Group:
    english: str
    rows: tuple[Row, ...]

    @property
    def label(self) -> str:
        return gettext(self.english)

    @property
    def slug(self) -> str:
        return slugify(self.english)

    @property
    def is_shown(self) -> bool:
        return any(row.is_shown for row in self.rows)

    @property
    def counts(self) -> str:
        return counts_of(row.right for row in self.rows)


def grid(chosen: Rights, saved: Rights, *, query: str = "", only_changed: bool = False) -> list[Group]:
    """A row for each column, in groups; those that are not asked for are in it all the same, and not shown."""
    wanted = query.lower().split()

    def row(column: Column) -> Row:
        made = Row(column, chosen[column.name], saved[column.name], is_shown=True)
        is_found = all(word in made.words for word in wanted)
        return Row(column, made.right, made.saved, is_found and (made.is_changed or not only_changed))

    return [
        Group(english, tuple(row(column) for column in columns))
        for english, columns in groupby(declared_columns(), key=lambda column: column.group_english)
    ]


def counts_of(rights: Iterator[ColumnRight]) -> str:
    """Such as "7 hidden, 3 read, 5 edit"; what there is none of is left out."""
    found = list(rights)
    return ", ".join(
        f"{found.count(right)} {WORDS[right].lower()}" for right in ColumnRight if right in found
    )


@dataclass(frozen=True, slots=True)
class Submitted:
    """The rights of a form that came back, and what is wrong with it. A column with a fault keeps what is saved."""

    rights: dict[str, ColumnRight]
    faults: list[str]


def read_form(posted: QueryDict, saved: Rights) -> Submitted:
    """Read a right for each column there is. Nothing but the three rights, on known columns, gets through."""
    known = {column.name for column in declared_columns()}
    sent = [name.removeprefix(PREFIX) for name in posted if name.startswith(PREFIX)]
    strangers = [name for name in sent if name not in known]
    faults = [gettext("There is no column “%(name)s”.") % {"name": _shown(name)} for name in strangers]
    rights: dict[str, ColumnRight] = {}
    for column in declared_columns():
        right = _right_of(column, posted.getlist(PREFIX + column.name))
        rights[column.name] = right or saved[column.name]
        if right is None:
            faults.append(
                gettext("%(column)s: choose one of the rights that it can have.") % {"column": column.label}
            )
    if len(faults) > _MOST_NAMED:
        faults = [
            *faults[:_MOST_NAMED],
            gettext("And %(number)s more like these.") % {"number": len(faults) - _MOST_NAMED},
        ]
    return Submitted(rights, faults)


def with_group(rights: Rights, slug: str, right: ColumnRight) -> dict[str, ColumnRight]:
    """The rights with one for a whole group; what cannot be edited is readable at most."""

    def become(column: Column) -> ColumnRight:
        if slugify(column.group_english) != slug:
            return rights[column.name]
        return ColumnRight.READ if right is ColumnRight.EDIT and not column.is_editable else right

    return {column.name: become(column) for column in declared_columns()}


def change_in_words(before: Rights, after: Rights) -> list[tuple[str, list[str]]]:
    """What happens to whom these rights are, with the labels of the columns; only what does happen."""
    found: dict[str, list[str]] = {
        gettext("Loses"): [],
        gettext("Can only read from now on"): [],
        gettext("Gains reading"): [],
        gettext("Gains editing"): [],
    }
    for column in declared_columns():
        old, new = before[column.name], after[column.name]
        if new is not old:
            found[_heading_of(old, new)].append(column.label)
    return [(heading, labels) for heading, labels in found.items() if labels]


def _heading_of(old: ColumnRight, new: ColumnRight) -> str:
    if new is ColumnRight.HIDDEN:
        return gettext("Loses")
    if new is ColumnRight.EDIT:
        return gettext("Gains editing")
    return gettext("Gains reading") if old is ColumnRight.HIDDEN else gettext("Can only read from now on")


def _right_of(column: Column, sent: list[str]) -> ColumnRight | None:
    if len(sent) != 1 or sent[0] not in set(ColumnRight):
        return None
    right = ColumnRight(sent[0])
    return None if right is ColumnRight.EDIT and not column.is_editable else right


def _shown(name: str) -> str:
    plain = name.replace("\0", "")
    return plain if len(plain) <= 40 else plain[:39] + "…"
