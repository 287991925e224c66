"""A contact as it was: what is there now, with everything rolled back that was done since."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from apps.accounts.access import Access
from apps.contacts.fields import CUSTOM, FIELDS, Kind
from apps.contacts.history.columns import COLUMN_OF, Wording, value_of
from apps.contacts.history.models import Change
from apps.contacts.history.queries import changes_behind, row_now


class Was(StrEnum):
    THERE = "there"
    NOT_YET = "not_yet"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class PastContact:
    """`values`: the readable fields by name, as queries.readable_values() gives them; empty unless it was there."""

    was: Was
    values: dict[str, Any]
    last_changed_at: datetime | None  # None: not by then


def contact_as_of(contact_id: int, moment: datetime, access: Access) -> PastContact:
    """A contact at a moment, in the columns that the person may read now.

    A contact that is unknown to the table and to the log was NOT_YET at any time.
    """
    row = row_now(contact_id)
    last: dict[str, Any] = {"action": None, "at": None}
    for change in changes_behind(contact_id, moment):
        if change["is_last"]:
            last = change
        else:
            row = _before(change, row)
    if row is None:
        is_deleted = last["action"] == Change.Action.DELETE
        return PastContact(Was.DELETED if is_deleted else Was.NOT_YET, {}, last["at"])
    if last["at"] is not None:
        row["updated_at"] = last["at"].astimezone(UTC).isoformat()
    return PastContact(Was.THERE, _values(contact_id, row, access), last["at"])


def _before(change: dict[str, Any], row: dict[str, Any] | None) -> dict[str, Any] | None:
    """The contact's row before a change that led to this one; None: it was not there."""
    if change["action"] == Change.Action.INSERT:
        return None
    return {**(row or {}), **change["before"]}


def _values(contact_id: int, row: dict[str, Any], access: Access) -> dict[str, Any]:
    readable = [name for name in (*FIELDS, CUSTOM) if access.can_read(name)]
    columns = {name: COLUMN_OF[name] for name in readable}
    logged = {column: row[column] for column in columns.values() if column in row}
    values: dict[str, Any] = {"id": contact_id}
    wording = Wording([logged])  # of readable columns only
    for name, column in columns.items():
        values[name] = value_of(column, logged.get(column, _empty(name)))
        if name in FIELDS and FIELDS[name].kind is Kind.REFERENCE:
            values[f"{name}__name"] = wording.of(column, logged.get(column)) or None
    return values


def _empty(name: str) -> Any:
    """What a column held before there was one: a row may be older than it."""
    if name == CUSTOM:
        return {}
    field = FIELDS[name]
    if field.is_text:
        return ""
    return [] if field.kind is Kind.LIST else (False if field.kind is Kind.BOOLEAN else None)
