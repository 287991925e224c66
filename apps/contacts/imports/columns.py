"""How one catalogue field is staged, compared and written, as SQL. `s` is the staged row, `c` the contact."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg.sql import SQL, Composable, Identifier

from apps.contacts.fields import Field, Kind

_TYPES = {
    Kind.LIST: "varchar[]",
    Kind.INTEGER: "integer",
    Kind.MONEY: "bigint",
    Kind.DATE: "date",
    Kind.MOMENT: "timestamptz",
    Kind.BOOLEAN: "boolean",
}
_REFERENCES = {"industry": "industry_id", "owner": "owner_id"}


@dataclass(frozen=True, slots=True)
class StagedColumn:
    field: Field
    is_timid: bool = False  # fills an empty value, never replaces one

    @property
    def staged(self) -> Composable:
        return Identifier("s", self.field.name)

    @property
    def stored(self) -> Composable:
        return Identifier("c", self.stored_name)

    @property
    def stored_name(self) -> str:
        return _REFERENCES.get(self.field.name, self.field.name)

    @property
    def definition(self) -> Composable:
        """Of its column in the staging table. An industry is staged by name, an owner by id."""
        type_name = "bigint" if self.field.name == "owner" else _TYPES.get(self.field.kind, "text")
        return SQL("{} {}").format(Identifier(self.field.name), SQL(type_name))

    @property
    def value(self) -> Composable:
        """What the staged row gives, as the contact's column holds it."""
        if self.field.name == "industry":
            return SQL("industry.id")
        if self.field.kind is Kind.BOOLEAN:
            return SQL("coalesce({}, false)").format(self.staged)
        return self.staged

    @property
    def is_empty(self) -> str:
        """SQL for the test that a value of this column is empty, with {} for the value."""
        if self.field.kind is Kind.LIST:
            return "{} = '{{}}'"
        return "{} = ''" if self.field.is_text else "{} IS NULL"

    @property
    def written(self) -> Composable:
        """The contact's new value. Nothing is ever replaced by an empty value."""
        if self.field.name == "tags":  # colleagues add tags here; a file does not take them off
            return SQL(
                "c.tags || ARRAY(SELECT tag FROM unnest(s.tags) WITH ORDINALITY AS given(tag, place)"
                " WHERE lower(tag) <> ALL (SELECT lower(own) FROM unnest(c.tags) AS own) ORDER BY place)"
            )
        if self.field.kind is Kind.BOOLEAN:  # do_not_contact: a file may say it, and not unsay it
            return SQL("({} OR {})").format(self.stored, self.value)
        first, second = (self.stored, self.value) if self.is_timid else (self.value, self.stored)
        is_empty = SQL(self.is_empty).format(first)
        return SQL("CASE WHEN {} THEN {} ELSE {} END").format(is_empty, second, first)

    @property
    def is_contained(self) -> Composable:
        """Whether the contact already says what the staged row says."""
        if self.field.kind is Kind.BOOLEAN:
            return SQL("({} OR NOT {})").format(self.stored, self.value)
        same = SQL("{} @> {}" if self.field.kind is Kind.LIST else "{} = {}").format(self.stored, self.value)
        return SQL("({} OR {})").format(SQL(self.staged_is_empty).format(self.staged), same)

    @property
    def staged_is_empty(self) -> str:
        return "{} = ''" if self.field.name == "industry" else self.is_empty

    @property
    def merged(self) -> Composable:
        """The first value that the rows of one contact give; of lists the union."""
        if self.field.kind is Kind.BOOLEAN:
            return SQL("bool_or({})").format(self.staged)
        given = SQL("(array_agg({0} ORDER BY p.row_number) FILTER (WHERE NOT ({1})))[1]").format(
            self.staged, SQL(self.staged_is_empty).format(self.staged)
        )
        if self.field.kind is Kind.LIST:
            return SQL("jsonb_agg({} ORDER BY p.row_number)").format(self.staged)
        return (
            SQL("coalesce({}, '')").format(given)
            if self.field.is_text or self.field.name == "industry"
            else given
        )

    @property
    def text(self) -> Composable:
        """The staged value as it is kept in `custom`; single-valued fields only."""
        if self.field.name == "owner":
            return SQL("coalesce((SELECT email FROM accounts_adminuser WHERE id = s.owner), '')")
        return SQL("coalesce({}::text, '')").format(self.staged)

    @property
    def from_merged(self) -> Composable:
        merged = Identifier("merged", self.field.name)
        if self.field.kind is not Kind.LIST:
            return merged
        return SQL(
            "ARRAY(SELECT (array_agg(item ORDER BY nth, place))[1]"
            " FROM jsonb_array_elements({}) WITH ORDINALITY AS l(list, nth)"
            " CROSS JOIN jsonb_array_elements_text(l.list) WITH ORDINALITY AS i(item, place)"
            " GROUP BY lower(item) ORDER BY min(nth), min(place))"
        ).format(merged)


def comma(parts: Sequence[Composable]) -> Composable:
    return SQL(", ").join(parts)


def names(columns: list[StagedColumn]) -> list[Composable]:
    return [Identifier(column.field.name) for column in columns]
