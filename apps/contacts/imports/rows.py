"""One row of a file as the values to stage, or the reason why it comes out again."""

import json
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from apps.contacts.cleaning import CleaningError, clean
from apps.contacts.fields import FIELDS, RECOGNISABLE, Field, Kind
from apps.contacts.imports.copy_text import NULL, stager_of
from apps.contacts.imports.headers import Header
from apps.contacts.imports.mapping import ColumnPlan
from apps.contacts.imports.names import split_full_name
from apps.contacts.imports.reader import Row
from apps.core.spreadsheet_cells import bare_cell

_SHOWN_CELL = 40  # characters of a wrong cell that its reason repeats
_SHOWN_FAULTS = 5
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Rejection(Exception):
    """Why a row is rejected, for people."""


class _Column(NamedTuple):
    cell: int
    place: int
    stage: Callable[[str], str]
    title: str


class RowCleaner:
    """Turns rows into the texts to stage: those of `fields`, in that order, then the `custom` object as JSON.

    `owners` maps e-mail addresses of colleagues to their ids. An owner who is no colleague (an export of another
    product names its own users) goes to `custom`.
    """

    def __init__(self, plan: ColumnPlan, *, owners: Mapping[str, int], keeps_custom: bool) -> None:
        self.fields = _staged_fields(plan)
        places = {field.name: place for place, field in enumerate(self.fields)}
        self._columns = [
            _Column(header.index, places[name], stager_of(FIELDS[name]), header.title)
            for name, header in plan.fields.items()
            if name != "owner"
        ]
        self._custom = [(header.index, header.title) for header in plan.custom]
        self._full_name = plan.full_name
        self._name_places = [places.get("first_name", 0), places.get("last_name", 0)]
        self._owner = plan.fields.get("owner")
        self._owner_place = places.get("owner", 0)
        self._owners = owners
        self._keeps_custom = keeps_custom
        self._recognisable = [places[name] for name in RECOGNISABLE if name in places]
        self._nothing = [_nothing(field) for field in self.fields]

    @property
    def nothing(self) -> list[str]:
        """What is staged for a row that is rejected."""
        return [*self._nothing, "{}"]

    def staged(self, row: Row) -> list[str]:
        """Raises Rejection."""
        if row.fault:
            raise Rejection(row.fault)
        cells = row.cells
        values = self._nothing.copy()
        faults: list[str] = []
        for index, place, stage, title in self._columns:
            cell = cells[index]
            if cell:
                try:
                    values[place] = stage(bare_cell(cell) if cell[0] == "'" else cell)
                except CleaningError as error:
                    faults.append(_fault(title, cell, str(error)))
        custom = self._kept_cells(cells, values, faults)
        if faults:
            more = f" And {len(faults) - _SHOWN_FAULTS} more." if len(faults) > _SHOWN_FAULTS else ""
            raise Rejection(" ".join(faults[:_SHOWN_FAULTS]) + more)
        if not any(values[place] for place in self._recognisable):
            raise Rejection("Nothing says who this is: it needs a name, an e-mail, a company or an id.")
        values.append(json.dumps(custom, ensure_ascii=False) if custom else "{}")
        return values

    def _kept_cells(self, cells: list[str], values: list[str], faults: list[str]) -> dict[str, str]:
        custom: dict[str, str] = {}
        for index, title in self._custom:
            if (cell := cells[index]) and (text := _kept(title, cell, faults)):
                custom[title] = text
        if self._full_name:
            self._split_name(self._full_name, cells, values, custom, faults)
        if self._owner and (text := _kept(self._owner.title, cells[self._owner.index], faults)):
            if (owner := self._owners.get(text.lower())) is not None:
                values[self._owner_place] = str(owner)
            else:
                custom[self._owner.title] = text
        return custom if self._keeps_custom else {}

    def _split_name(
        self, header: Header, cells: list[str], values: list[str], custom: dict[str, str], faults: list[str]
    ) -> None:
        if not (text := _kept(header.title, cells[header.index], faults)):
            return
        custom[header.title] = text
        for place, part in zip(self._name_places, split_full_name(text), strict=True):
            try:
                values[place] = str(clean(FIELDS["last_name"], part))
            except CleaningError as error:
                faults.append(_fault(header.title, text, str(error)))
                return


def _nothing(field: Field) -> str:
    """What is staged where a row says nothing."""
    if field.kind is Kind.LIST:
        return "{}"
    return "" if field.is_text or field.name == "industry" else NULL


def _staged_fields(plan: ColumnPlan) -> list[Field]:
    names = set(plan.fields) | ({"first_name", "last_name"} if plan.full_name else set())
    return [field for field in FIELDS.values() if field.name in names]


def _kept(title: str, cell: str, faults: list[str]) -> str:
    """A cell as it is kept in `custom`: exactly as it stands, but for space around it."""
    text = bare_cell(cell).strip()
    if (not text.isascii() or "\0" in text) and _UNSTORABLE.search(text):
        faults.append(_fault(title, text, "This holds damaged text (such as NUL) that cannot be stored."))
        return ""
    return text


def _fault(title: str, cell: str, sentence: str) -> str:
    shown = " ".join(_UNSTORABLE.sub("\ufffd", cell[: _SHOWN_CELL + 1]).split())
    if len(cell) > _SHOWN_CELL:
        shown = shown[:_SHOWN_CELL] + "…"
    return f"{title} “{shown}”: {sentence}"
