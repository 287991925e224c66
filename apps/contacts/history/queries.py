"""Reading the operation log under an Access: what a column shows only to those who may read that column."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounts.access import Access, Capability
from apps.accounts.columns import all_columns
from apps.accounts.models import AdminUser
from apps.contacts.fields import CUSTOM
from apps.contacts.history.columns import (
    FIELD_OF,
    Wording,
    columns_of,
    custom_in_words,
    label_of,
    value_of,
)
from apps.contacts.history.log import counts_of
from apps.contacts.history.models import Change, Operation
from apps.core.request_ids import current_request_id
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).with_name("sql") / "queries.sql")
_NAMING = ("first_name", "last_name", "email", "company")


@dataclass(frozen=True, slots=True)
class Cell:
    """One field's change, in words; '' for empty."""

    field: str
    label: str
    before: str
    after: str
    is_undoable: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """What one operation did to one contact. Without cells: the contact was created, deleted or restored."""

    operation_id: int
    kind: str
    kind_label: str
    actor: str  # '' for a program
    reason: str
    when: datetime
    cells: list[Cell]
    is_undoable: bool
    position: int  # among the contact's changes: of entries of one moment the later one has the higher


@dataclass(frozen=True, slots=True)
class OperationEntry:
    """An operation and its counts of contacts, none of them 0, as far as this person may know."""

    id: int
    kind: str
    kind_label: str
    actor: str
    reason: str
    when: datetime
    counts: dict[str, int]
    undoes: int | None
    undone_by: int | None  # the operation that undid it as a whole, and still counts
    about: str  # the contact's name when it is about one; else ''


@dataclass(frozen=True, slots=True)
class TouchedContact:
    contact_id: int
    name: str
    company: str
    action: str
    is_there: bool


@dataclass(frozen=True, slots=True)
class TrashedContact:
    change_id: int  # newest first by this
    contact_id: int
    name: str
    company: str
    actor: str
    when: datetime
    operation_id: int


@dataclass(slots=True)
class FieldChange:
    """A field that is no longer what it was at an earlier version."""

    field: str
    value_then: Any  # as the model holds it; a reference is an id
    changed_by: str
    changed_at: datetime
    value_now: Any


def timeline(
    contact_id: int,
    access: Access,
    limit: int,
    *,
    kinds: Sequence[str] | None = None,
    before: tuple[datetime, int] | None = None,
) -> list[Entry]:
    """What happened to a contact, newest first, as far as the person may read it.

    Of some kinds of operations only; and only what is behind an entry's (when, position).
    """
    columns = columns_of(access.readable)
    before_at, before_position = before or (None, None)
    steps = _rows(
        "timeline",
        contact=contact_id,
        columns=columns,
        kinds=None if kinds is None else list(kinds),
        before_at=before_at,
        before_position=before_position,
        limit=limit,
    )
    operations = _operations([step["operation_id"] for step in steps])
    # Of these columns only: looking up the names in others would tell, by the queries made, that they changed.
    wording = Wording(
        {column: part[column] for column in columns if column in part}
        for step in steps
        for part in (step["before"], step["after"])
        if part
    )
    found = _rows("contact_now", contact=contact_id)
    now = found[0] if found else {"version": None, "row": {}}
    entries = []
    for step in steps:
        cells = _cells(step, now["row"], columns, access, wording) if step["is_update"] else []
        can_undo = any(cell.is_undoable for cell in cells) or (
            not step["is_update"] and step["version"] == now["version"] and access.can(Capability.UNDO)
        )
        entries.append(_entry(operations[step["operation_id"]], step["position"], cells, can_undo))
    return entries


def timeline_counts(contact_id: int, access: Access) -> dict[str, int]:
    """How many entries the timeline of a contact has of each kind of operation."""
    rows = _rows("timeline_counts", contact=contact_id, columns=columns_of(access.readable))
    return {row["kind"]: row["number"] for row in rows}


def recent_operations(access: Access, *, before: int | None = None, limit: int = 50) -> list[OperationEntry]:
    """The latest operations with something to see, those with ids below `before`."""
    return _operation_entries(_visible(access, before=before, limit=limit), access)


def own_operations(access: Access, *, limit: int) -> list[OperationEntry]:
    """The latest operations of this person with something to see, without the edits of single contacts."""
    found = _visible(
        access, actor=access.user_id, without=(Operation.Kind.CREATE, Operation.Kind.EDIT), limit=limit
    )
    return _operation_entries(found, access)


def operation_summary(operation_id: int, access: Access) -> OperationEntry | None:
    """One operation; None when it does not exist, or for this person."""
    return next(iter(_operation_entries(_visible(access, only=operation_id), access)), None)


def find_operation(operation_id: int, access: Access, contact_id: int | None = None) -> Operation | None:
    """The operation, if it did something this person may see: to any contact, or to this one."""
    found = _visible(access, only=operation_id, contact=contact_id)
    return Operation.objects.get(pk=operation_id) if found else None


def contact_count(operation: Operation, access: Access) -> int:
    """How many contacts an operation did something to, as far as this person may know."""
    only = visible_columns(access)
    counts = (
        operation.counts
        if only is None and operation.counts
        else counts_of([operation.pk], only)[operation.pk]
    )
    return sum(counts.values())


def undone_by(operation_id: int) -> int | None:
    """The operation that undid this one as a whole, and still counts."""
    return _undone([operation_id]).get(operation_id)


def operation_of_request(contact_id: int, access: Access) -> int | None:
    """The operation in which the request that is being answered changed a contact, if it did."""
    changes = Change.objects.filter(
        contact_id=contact_id,
        operation__request_id=current_request_id(),
        operation__actor_id=access.user_id,  # a request may come with an id that somebody else's had
    )
    return changes.order_by("-id").values_list("operation_id", flat=True).first()


def touched_contacts(operation_id: int, access: Access, limit: int = 50) -> list[TouchedContact]:
    """The first contacts that an operation visibly did something to."""
    rows = _rows("touched_contacts", operation=operation_id, columns=visible_columns(access), limit=limit)
    return [
        TouchedContact(
            row["contact_id"],
            _name(row, access),
            row["company"] if access.can_read("company") else "",
            str(Change.Action(row["action"]).label),
            row["is_there"],
        )
        for row in rows
    ]


def trashed(access: Access, *, before: int | None = None, limit: int = 50) -> list[TrashedContact]:
    """Deleted contacts that are not back, newest first, those with change ids below `before`."""
    rows = _rows("trashed", before=before, limit=limit)
    operations = _operations([row["operation_id"] for row in rows])
    return [
        TrashedContact(
            row["change_id"],
            row["contact_id"],
            _name(row, access),
            row["company"] if access.can_read("company") else "",
            _actor(operations[row["operation_id"]].actor),
            operations[row["operation_id"]].created_at,
            row["operation_id"],
        )
        for row in rows
    ]


def changes_behind(contact_id: int, moment: datetime) -> list[dict[str, Any]]:
    """What as_of.py rolls back: see the query. Knows no column rights."""
    return _rows("changes_behind", contact=contact_id, moment=moment)


def row_now(contact_id: int) -> dict[str, Any] | None:
    """A contact as the log would write it; None when it is gone. Knows no column rights."""
    found = _rows("contact_now", contact=contact_id)
    return found[0]["row"] if found else None


def changed_since(contact_id: int, version: int) -> list[FieldChange]:
    """The fields of a contact that are no longer what they were at `version`, for the lost-update guard.

    Knows no column rights: whoever asks may use only the fields that their person may read.
    """
    changes = (
        Change.objects.filter(contact_id=contact_id, version__gt=version, action=Change.Action.UPDATE)
        .select_related("operation__actor")
        .order_by("id")
    )
    since: dict[str, FieldChange] = {}
    for change in changes:
        actor, when = _actor(change.operation.actor), change.operation.created_at
        for column, logged in (change.before or {}).items():
            name = FIELD_OF.get(column, column)
            known = since.setdefault(name, FieldChange(name, value_of(column, logged), actor, when, None))
            known.changed_by, known.changed_at = actor, when
            known.value_now = value_of(column, (change.after or {}).get(column))
    return [change for change in since.values() if change.value_then != change.value_now]


def values_at(contact_id: int, version: int) -> dict[str, Any]:
    """Of the fields changed since, the values at an older version."""
    return {change.field: change.value_then for change in changed_since(contact_id, version)}


def _cells(
    step: dict[str, Any], now: Mapping[str, Any], columns: list[str], access: Access, wording: Wording
) -> list[Cell]:
    cells = []
    before, after = step["before"], step["after"]
    for column in columns:
        if column not in before or before[column] == after.get(column):
            continue
        name = FIELD_OF[column]
        if name == CUSTOM:
            words = (
                custom_in_words(before[column], after[column]),
                custom_in_words(after[column], before[column]),
            )
        else:
            words = wording.of(column, before[column]), wording.of(column, after.get(column))
        can_undo = (
            access.can(Capability.UNDO) and access.can_edit(name) and now.get(column) == after.get(column)
        )
        cells.append(Cell(name, label_of(name), *words, bool(now) and can_undo))
    return cells


def _entry(operation: Operation, position: int, cells: list[Cell], is_undoable: bool) -> Entry:
    return Entry(
        operation.pk,
        operation.kind,
        operation.get_kind_display(),
        _actor(operation.actor),
        operation.reason,
        operation.created_at,
        cells,
        is_undoable,
        position,
    )


def _visible(
    access: Access,
    *,
    before: int | None = None,
    only: int | None = None,
    contact: int | None = None,
    actor: int | None = None,
    without: Sequence[Operation.Kind] = (),
    limit: int = 1,
) -> list[int]:
    """Ids of operations with something to see, newest first."""
    rows = _rows(
        "recent_operations",
        before=before,
        only=only,
        contact=contact,
        actor=actor,
        without=list(map(str, without)),
        columns=visible_columns(access),
        limit=limit,
    )
    return [row["id"] for row in rows]


def _operation_entries(operation_ids: list[int], access: Access) -> list[OperationEntry]:
    operations = _operations(operation_ids)
    only = visible_columns(access)
    uncounted = [each for each in operation_ids if only is not None or not operations[each].counts]
    counts = {each: operations[each].counts for each in operation_ids} | counts_of(uncounted, only)
    undone = _undone(operation_ids)
    related = {*undone.values(), *(operation.undoes_id for operation in operations.values())} - {None}
    known = _known(related, only)
    about = _about([each for each in operation_ids if sum(counts[each].values()) == 1], access)
    return [
        OperationEntry(
            each,
            operations[each].kind,
            operations[each].get_kind_display(),
            _actor(operations[each].actor),
            operations[each].reason,
            operations[each].created_at,
            {name: number for name, number in counts[each].items() if number},
            known.get(operations[each].undoes_id),
            known.get(undone.get(each)),
            about.get(each, ""),
        )
        for each in operation_ids
    ]


def _about(operation_ids: list[int], access: Access) -> dict[int, str]:
    """Of operations that are about one contact each, its name."""
    if not operation_ids:
        return {}
    rows = _rows("contacts_of_operations", operations=operation_ids, columns=visible_columns(access))
    return {row["operation_id"]: _name(row, access) for row in rows}


def _undone(operation_ids: list[int]) -> dict[int, int]:
    """Of these operations those undone as a whole, each with the undo; one undone itself counts no more."""
    if not operation_ids:
        return {}
    # One that is still going on has no counts yet.
    undos = (
        Operation.objects.filter(undoes__in=operation_ids, undoes_all=True).exclude(counts={}).order_by("id")
    )
    undos_of = dict(undos.values_list("pk", "undoes_id"))
    cancelled = _undone(list(undos_of))
    return {undone: undo for undo, undone in undos_of.items() if undo not in cancelled and undone is not None}


def _known(operation_ids: set[int | None], only: list[str] | None) -> dict[int | None, int]:
    """Those that exist for somebody who reads these columns, by themselves: `known.get(id)` is the id or None."""
    wanted = [each for each in operation_ids if each is not None]
    if only is None:
        return {each: each for each in wanted}
    return {each: each for each, counts in counts_of(wanted, only).items() if any(counts.values())}


def visible_columns(access: Access) -> list[str] | None:
    """The columns that what happened must show in; None for those who may read everything."""
    return None if access.readable >= all_columns() else columns_of(access.readable)


def _operations(operation_ids: list[int]) -> dict[int, Operation]:
    return Operation.objects.select_related("actor").in_bulk(operation_ids)


def _actor(actor: AdminUser | None) -> str:
    return actor.display_name if actor else ""


def _name(row: Mapping[str, Any], access: Access) -> str:
    """What to call a contact, from those of its columns that may be read."""
    readable = {name: row[name] for name in _NAMING if access.can_read(name)}
    name = " ".join(part for part in (readable.get("first_name"), readable.get("last_name")) if part)
    return (
        name
        or readable.get("email")
        or readable.get("company")
        or _("Contact %(number)s") % {"number": row["contact_id"]}
    )


def _rows(block: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of a named query as dictionaries; jsonb columns come as Python objects."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL[block], parameters)
        names = [column.name for column in cursor.description or ()]
        return [
            {
                name: _from_json(value) if name in _JSON else value
                for name, value in zip(names, row, strict=True)
            }
            for row in cursor.fetchall()
        ]


# Django keeps psycopg from reading jsonb, so that a model field can choose its own decoder.
_JSON = frozenset({"before", "after", "row"})


def _from_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
