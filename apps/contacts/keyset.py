"""The order of a search in SQL: its sort keys, its ORDER BY, and what is behind a cursor.

A page begins where the last one ended, by comparing keys instead of counting rows: k0, k1 … are the sort keys of a
contact, always ended by its id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, QuerySet

from apps.contacts.cursors import sort_value
from apps.contacts.fields import FIELDS, TEXT_KINDS
from apps.contacts.folding import Fold
from apps.contacts.models import Contact, sort_key
from apps.contacts.search import Search, SortKey


@dataclass(frozen=True, slots=True)
class Bound:
    """A piece of SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


class Keyset:
    """The order of one search, from its cursor on; backwards when the cursor says so."""

    def __init__(self, search: Search) -> None:
        self.keys = search.order
        self.cursor = search.cursor
        self.backwards = bool(search.cursor and search.cursor.backwards)

    @property
    def columns(self) -> dict[str, Any]:
        return {f"k{place}": _expression(place, key) for place, key in enumerate(self.keys)}

    def keyed(self, contacts: "QuerySet[Contact]", **more: Any) -> Bound:
        """Their ids and sort keys, and whatever else."""
        columns = self.columns | more
        query = contacts.order_by().annotate(**columns).values_list("id", *columns).query
        return Bound(*query.sql_with_params())

    def order(self, *, nulls_apart: bool) -> str:
        """ORDER BY of the page. Apart, each part has only NULLs or none, and an index serves both directions."""
        terms = []
        for place, key in enumerate(self.keys):
            direction = "DESC" if key.descending is not self.backwards else "ASC"
            nulls = "" if nulls_apart and place == 0 else f" NULLS {'FIRST' if self.backwards else 'LAST'}"
            if _is_never_null(place, key):
                nulls = ""
            terms.append(f"k{place} {direction}{nulls}")
        id_direction = "DESC" if self._id_descends is not self.backwards else "ASC"
        return ", ".join([*terms, f"id {id_direction}"])

    @property
    def _id_descends(self) -> bool:
        """The id goes the way of the first key, so that one index serves both."""
        return bool(self.keys) and self.keys[0].descending

    def parts(self) -> list[Bound]:
        """What is behind the cursor, those with a first sort value apart from those without."""
        if not self.keys:
            return [self.after(nulls_apart=True)]
        parts = ["k0 IS NOT NULL", "k0 IS NULL"]
        if self.backwards:
            parts.reverse()
        if self.cursor and (self.cursor.values[0] is None) is not (parts[0] == "k0 IS NULL"):
            parts = parts[1:]
        after = self.after(nulls_apart=True)
        return [Bound(f"{parts[0]} AND {after.sql}", after.parameters), *map(Bound, parts[1:])]

    def after(self, *, nulls_apart: bool) -> Bound:
        """The condition for what comes behind the cursor (before it, going backwards)."""
        if self.cursor is None:
            return Bound("true")
        values = [
            sort_value(FIELDS[key.field].kind, value)
            for key, value in zip(self.keys, self.cursor.values, strict=True)
        ]
        if nulls_apart and self._is_one_way():
            names = [f"k{place}" for place in range(len(values))]
            kept = [(n, v) for n, v in zip(names, values, strict=True) if not (n == "k0" and v is None)]
            sign = "<" if self._id_descends is not self.backwards else ">"
            left, marks = ", ".join([n for n, _ in kept] + ["id"]), ", ".join(["%s"] * (len(kept) + 1))
            return Bound(f"({left}) {sign} ({marks})", (*(v for _, v in kept), self.cursor.id))
        return self._after_step_by_step(values)

    def _is_one_way(self) -> bool:
        """All keys in one direction and only the first may be NULL: one comparison of rows says it all."""
        order = self.keys
        return all(
            key.descending is order[0].descending and (place == 0 or _is_never_null(place, key))
            for place, key in enumerate(order)
        )

    def _after_step_by_step(self, values: Sequence[Any]) -> Bound:
        """Equal in the keys before and behind in this one, for each key in turn; NULLs are behind everything."""
        assert self.cursor is not None
        steps: list[str] = []
        parameters: list[Any] = []
        equal: list[str] = []
        equal_parameters: list[Any] = []
        for place, (key, value) in enumerate(zip(self.keys, values, strict=True)):
            name, sign = f"k{place}", "<" if key.descending is not self.backwards else ">"
            if value is None:
                behind, behind_parameters = (f"{name} IS NOT NULL" if self.backwards else "false"), []
                same, same_parameters = f"{name} IS NULL", []
            else:
                nulls = "" if self.backwards else f" OR {name} IS NULL"
                behind, behind_parameters = f"({name} {sign} %s{nulls})", [value]
                same, same_parameters = f"{name} = %s", [value]
            steps.append(" AND ".join([*equal, behind]))
            parameters += [*equal_parameters, *behind_parameters]
            equal.append(same)
            equal_parameters += same_parameters
        sign = "<" if self._id_descends is not self.backwards else ">"
        steps.append(" AND ".join([*equal, f"id {sign} %s"]))
        parameters += [*equal_parameters, self.cursor.id]
        return Bound("(" + " OR ".join(steps) + ")", tuple(parameters))


def _expression(place: int, key: SortKey) -> Any:
    if _is_never_null(place, key):
        return Fold(F(key.field))
    return sort_key(key.field)


def _is_never_null(place: int, key: SortKey) -> bool:
    """A text behind another key sorts with its empty values first, as ''."""
    return place > 0 and FIELDS[key.field].kind in TEXT_KINDS
