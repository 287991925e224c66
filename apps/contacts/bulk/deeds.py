"""What a bulk act does to a contact: whom it changes, whom it must leave, and how it is written."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, CharField, F, Func, Q, Value

from apps.accounts.access import Access, Capability
from apps.contacts.bulk.models import BulkAct
from apps.contacts.cleaning import MAX_LIST_ITEMS
from apps.contacts.fields import FIELDS, RECOGNISABLE, Field, Kind
from apps.contacts.history.columns import COLUMN_OF, value_of

# No two contacts share one of these: in many at once they can be emptied, and not set.
KEYS = frozenset({"email", "person_linkedin_url", "contact_id"})


@dataclass(frozen=True, slots=True)
class Deed:
    """`value` is as the model holds it, a reference's an id; of add and remove a list.

    A deletion and an undo have no field.
    """

    kind: BulkAct.Kind
    field: str = ""
    value: Any = None

    @classmethod
    def of(cls, act: BulkAct) -> "Deed":
        column = COLUMN_OF[act.field] if act.field else ""
        return cls(BulkAct.Kind(act.kind), act.field, value_of(column, act.value))

    @property
    def is_deletion(self) -> bool:
        return self.kind is BulkAct.Kind.DELETE

    @property
    def is_undo(self) -> bool:
        return self.kind is BulkAct.Kind.UNDO

    @property
    def is_emptying(self) -> bool:
        return self.kind is BulkAct.Kind.SET and self.value in (None, "", [])

    def is_allowed(self, access: Access) -> bool:
        """Whether a person may do this: a field they may not edit is none."""
        if self.is_undo:
            return access.can(Capability.UNDO)
        if not access.can(Capability.BULK_EDIT):
            return False
        return access.can(Capability.DELETE) if self.is_deletion else self.field in editable_fields(access)

    def differs(self) -> Q:
        """True of the contacts that it changes."""
        if self.is_deletion:
            return ~Q(pk__in=[])
        if self.kind is BulkAct.Kind.ADD:
            return Q(_LacksSome(F(self.field), self._items()))
        if self.kind is BulkAct.Kind.REMOVE:
            return Q(_HoldsSome(F(self.field), self._items()))
        if self.value is None:
            return Q((f"{self.field}__isnull", False))
        return ~Q((self.field, self.value))

    def spoils(self, access: Access) -> Q | None:
        """True of the contacts that it must leave as they are, since they would break a rule; None when none would.

        What keeps a contact recognisable is looked for in the columns that the person may read: another one that
        holds something would show itself by what is refused.
        """
        if self.kind is BulkAct.Kind.ADD:
            return Q((f"{self.field}__len__gt", MAX_LIST_ITEMS - len(self.value)))
        if self.is_emptying and self.field in RECOGNISABLE:
            others = [name for name in RECOGNISABLE if name != self.field and access.can_read(name)]
            return Q(*((name, "") for name in others))
        return None

    def assignment(self) -> dict[str, Any]:
        """The model's attribute and what it becomes."""
        if self.kind is BulkAct.Kind.ADD:
            return {self.field: _Joined(F(self.field), self._items())}
        if self.kind is BulkAct.Kind.REMOVE:
            return {self.field: _Less(F(self.field), self._items())}
        return {self.field: self.value}

    def _items(self) -> Value:
        return Value(self.value, ArrayField(CharField(max_length=FIELDS[self.field].max_length)))


class _OfLists(Func):
    """Something of a list and the items of another; an item in other letters is the same, as in forms and files."""

    def as_sql(self, compiler: Any, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        (column, _), (items, parameters) = map(compiler.compile, self.get_source_expressions())
        return self.template % {"list": column, "items": items}, parameters


class _Joined(_OfLists):
    """The list and those of the items that it lacks, behind it."""

    template = (
        "%(list)s || ARRAY(SELECT item FROM unnest(%(items)s) WITH ORDINALITY added(item, n)"
        " WHERE lower(item) <> ALL (SELECT lower(held) FROM unnest(%(list)s) kept(held)) ORDER BY n)"
    )


class _Less(_OfLists):
    """The list without the items."""

    template = (
        "ARRAY(SELECT held FROM unnest(%(list)s) WITH ORDINALITY kept(held, n)"
        " WHERE lower(held) <> ALL (SELECT lower(item) FROM unnest(%(items)s) removed(item)) ORDER BY n)"
    )


class _LacksSome(_OfLists):
    output_field = BooleanField()
    template = (
        "EXISTS (SELECT FROM unnest(%(items)s) added(item)"
        " WHERE lower(item) <> ALL (SELECT lower(held) FROM unnest(%(list)s) kept(held)))"
    )


class _HoldsSome(_OfLists):
    output_field = BooleanField()
    template = (
        "EXISTS (SELECT FROM unnest(%(items)s) removed(item)"
        " WHERE lower(item) IN (SELECT lower(held) FROM unnest(%(list)s) kept(held)))"
    )


def editable_fields(access: Access) -> dict[str, Field]:
    """The fields of a contact that a person may set in many at once, by name."""
    return {name: field for name, field in FIELDS.items() if field.is_writable and access.can_edit(name)}


def kinds_for(field: Field) -> list[BulkAct.Kind]:
    """What can be done to a field."""
    if field.kind is Kind.LIST:
        return [BulkAct.Kind.ADD, BulkAct.Kind.REMOVE, BulkAct.Kind.SET]
    return [BulkAct.Kind.SET]
