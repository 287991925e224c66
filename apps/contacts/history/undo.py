"""Taking back what an operation did, and bringing contacts back from the trash: each a new operation.

Whatever is no longer as the operation left it stays and is listed (KeptValue). Each step is one statement for all.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.utils.translation import gettext_noop
from psycopg.errors import DeadlockDetected, UniqueViolation

from apps.accounts.access import Access, Capability
from apps.contacts.history import log
from apps.contacts.history.columns import FIELD_OF, columns_of
from apps.contacts.history.kept import STAYS_DELETED, Kept, kept_count, kept_values
from apps.contacts.history.models import Operation
from apps.contacts.history.queries import visible_columns
from apps.contacts.models import Contact
from apps.core.sql import load_sql
from apps.core.timeouts import long_statement

_SQL = load_sql(Path(__file__).with_name("sql") / "undo.sql")
_MANY = 500
LONGEST_STATEMENT = 300  # seconds; an import of a million contacts is taken back by statements of a minute
_TRIES = 3  # somebody else may take a key between our look and our write; then the next try sees it

CHANGED_SINCE = gettext_noop("Changed since then.")
DELETED_SINCE = gettext_noop("The contact was deleted since then.")
TAKEN = gettext_noop("Another contact has this value now.")
GONE = gettext_noop("What it referred to is gone.")
BACK_ALREADY = gettext_noop("It is there already.")


@dataclass(frozen=True, slots=True)
class _Key:
    """A column that no two contacts share, where it is looked up, and what it is in a logged row."""

    column: str
    lookup: str
    in_old_row: str


_KEYS = (
    _Key("email", "email", "lost.old_row ->> 'email'"),
    _Key(
        "person_linkedin_url", "linkedin_path", "a360_linkedin_path(lost.old_row ->> 'person_linkedin_url')"
    ),
    _Key("contact_id", "contact_id", "lost.old_row ->> 'contact_id'"),
)
_REFERENCES = {"industry_id": "contacts_industry", "owner_id": "accounts_adminuser"}


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """What became of some contacts in an undo: changed back, left alone for a reason that is kept, or deleted since."""

    changed: int
    kept: int
    gone: int


@dataclass(frozen=True, slots=True)
class UndoOutcome:
    """What an undo or a restore came to; `operation` is None when nothing was changed, as on a dry run.

    `kept` lists the first of `kept_count` things left alone, as far as the person may know of them.
    """

    operation: Operation | None
    contacts: int
    cells: int
    kept: list[Kept]
    kept_count: int


def undo(
    operation: Operation,
    *,
    access: Access,
    contact_id: int | None = None,
    field: str | None = None,
    reason: str = "",
    dry_run: bool = False,
) -> UndoOutcome:
    """Take an operation back: all of it, its part on one contact, or one field of that.

    Columns that the person may not edit are left out without a word. Raises AccessDenied.
    """
    access.require(Capability.UNDO)
    is_whole = contact_id is None and field is None
    columns = columns_of(access.editable if field is None else access.editable & {field})

    def act() -> UndoOutcome:
        with long_statement(LONGEST_STATEMENT):
            Operation.objects.select_for_update().get(pk=operation.pk)
            with log.operation(
                Operation.Kind.UNDO, access=access, reason=reason, undoes=operation, undoes_all=is_whole
            ) as undoing:
                only = None if contact_id is None else [contact_id]
                contacts, cells = _take_back(undoing, access, columns, only, is_whole=field is None)
            return _outcome(undoing, access, contacts, cells, dry_run=dry_run)

    return _tried_again(act)


def undo_part(undoing: Operation, contact_ids: Sequence[int], *, access: Access) -> PartOutcome:
    """Take back what an operation did to some contacts, in an undo that goes on in several transactions.

    Contacts that give a key to one another belong into the same part. Raises AccessDenied.
    """
    access.require(Capability.UNDO)
    columns = columns_of(access.editable)

    def act() -> PartOutcome:
        with long_statement(LONGEST_STATEMENT), log.part_of(undoing):
            Operation.objects.select_for_update().get(undone_by=undoing)
            _take_back(undoing, access, columns, list(contact_ids), is_whole=True)
            ((changed, kept, gone),) = _rows(
                "accounts",
                undo=undoing.pk,
                contacts=list(contact_ids),
                uncounted=[DELETED_SINCE, BACK_ALREADY],
            )
            return PartOutcome(changed, kept, gone)

    return _tried_again(act)


def restore(contact_ids: Sequence[int], *, access: Access, reason: str = "") -> UndoOutcome:
    """Bring deleted contacts back as they were, ids and all. Raises AccessDenied."""
    access.require(Capability.DELETE)

    def act() -> UndoOutcome:
        with long_statement(LONGEST_STATEMENT):
            with log.operation(Operation.Kind.RESTORE, access=access, reason=reason) as restoring:
                _run("prepare")
                _run("clean_up")
                lost = _collect("undo_return_of_trash", contacts=list(contact_ids))
                returned = _bring_back(restoring) if lost else 0
                _run("clean_up")
            return _outcome(restoring, access, returned, 0, dry_run=False)

    return _tried_again(act)


def _take_back(
    undoing: Operation,
    access: Access,
    columns: list[str],
    contact_ids: list[int] | None,
    *,
    is_whole: bool,
) -> tuple[int, int]:
    """Take back what the operation that `undoing` undoes did, to some contacts or all; says to how many, and values.

    Contacts to which it did nothing that the person may see are not even locked.
    """
    _run("prepare")
    _run("clean_up")
    _collect(
        "undo_contact",
        operation=undoing.undoes_id,
        contacts=contact_ids,
        columns=visible_columns(access),
    )
    _run("lock")
    deleted = _take_back_created(undoing, is_whole=is_whole)
    cells, changed = _take_back_values(undoing, columns)
    lost = _collect("undo_return_of_operation", whole=is_whole)
    returned = _bring_back(undoing) if lost else 0
    _run("clean_up")
    return deleted + changed + returned, cells


def _take_back_created(undoing: Operation, *, is_whole: bool) -> int:
    """Delete the contacts that the operation made and nobody touched since; says how many."""
    _run("mark_touched")
    _run("keep_touched", undo=undoing.pk, reason=CHANGED_SINCE, whole=is_whole)
    return _run("delete_created") if is_whole else 0


def _take_back_values(undoing: Operation, columns: list[str]) -> tuple[int, int]:
    """Put back the values of contacts that were there before and after; says how many, and on how many contacts."""
    _run("keep_deleted", undo=undoing.pk, columns=columns, reason=DELETED_SINCE)
    found = [name for (name,) in _rows("columns_found") if name in columns]
    parts = {"columns": ", ".join(map(_quoted, found))}
    if not found or not _collect("undo_cell", parts, changed=CHANGED_SINCE):
        return 0, 0
    candidates = {name for (name,) in _rows("cell_columns")}
    for column in _REFERENCES.keys() & candidates:
        _run("keep_dangling_cells", {"column": column, "table": _REFERENCES[column]}, gone=GONE)
    _settle_keys(candidates)
    _run("keep_cells", undo=undoing.pk, fields=json.dumps(FIELD_OF))
    changed = [name for (name,) in _rows("cell_columns")]
    if not changed:
        return 0, 0
    assignments = ", ".join(f"{_quoted(name)} = restored.{_quoted(name)}" for name in changed)
    _run("restore_cells", {"assignments": assignments})
    ((cells, contacts),) = _rows("count_cells")
    return cells, contacts


def _settle_keys(candidates: set[str]) -> None:
    """Keep the keys that another contact holds for good; let go of those that others get back in this same undo."""
    keys = [{"column": key.column, "key": key.lookup} for key in _KEYS if key.column in candidates]
    for key in keys:
        # A value that stays may itself be the one that a third contact wants back, and so on.
        while _run("keep_taken_cells", key, taken=TAKEN):
            pass
        _run("vacate_keys", key)


def _bring_back(bringing: Operation) -> int:
    """Insert the rows collected in undo_return again where nothing stands in their way; says how many."""
    _run("keep_back_already", reason=BACK_ALREADY)
    _keep_taken_rows()
    for column, table in _REFERENCES.items():
        parts = {"column": column, "table": table}
        _run("clear_dangling_rows", parts, undo=bringing.pk, field=FIELD_OF[column], gone=GONE)
    returned = _run("reinsert", _whole_rows(), defaults=json.dumps(_defaults()))
    _keep_taken_rows()
    _run("keep_rows", undo=bringing.pk, reason=STAYS_DELETED)
    return returned


def _keep_taken_rows() -> None:
    for key in _KEYS:
        parts = {"key": key.lookup, "row_key": key.in_old_row}
        _run("keep_taken_rows", parts, taken=STAYS_DELETED, field=FIELD_OF[key.column])


def _whole_rows() -> dict[str, str]:
    """The columns of a contact, and what each is when it comes back."""
    names = [_quoted(str(field.column)) for field in _stored_fields()]
    values = {name: f"restored.{name}" for name in names}
    values |= {_quoted("version"): "restored.version + 1", _quoted("updated_at"): "now()"}
    return {"columns": ", ".join(values), "values": ", ".join(values.values())}


def _defaults() -> dict[str, Any]:
    """For columns that are younger than a logged row."""
    return {
        str(field.column): field.default() if callable(field.default) else field.default
        for field in _stored_fields()
        if field.has_default()
    }


def _stored_fields() -> "list[models.Field[Any, Any]]":
    return [field for field in Contact._meta.concrete_fields if not field.generated]


def _outcome(acting: Operation, access: Access, contacts: int, cells: int, *, dry_run: bool) -> UndoOutcome:
    """Says what happened, and forgets an operation that changed nothing or was only tried."""
    kept, count = kept_values(acting.pk, access), kept_count(acting.pk, access)
    if dry_run or not contacts:
        transaction.set_rollback(True)
        return UndoOutcome(None, contacts, cells, kept, count)
    return UndoOutcome(acting, contacts, cells, kept, count)


def _tried_again[T](act: Callable[[], T]) -> T:
    for tries_left in reversed(range(_TRIES)):
        try:
            return act()
        except (IntegrityError, OperationalError) as error:
            if not tries_left or not isinstance(error.__cause__, UniqueViolation | DeadlockDetected):
                raise
    raise AssertionError("unreachable")


def _collect(table: str, parts: dict[str, str] | None = None, **parameters: Any) -> int:
    """Fill a temporary table and say how many rows it has. Nobody else tells the planner about a large one."""
    rows = _run(f"collect_{table}", parts, **parameters)
    if rows > _MANY:
        _run(f"analyze_{table}")
    return rows


def _run(block: str, parts: dict[str, str] | None = None, **parameters: Any) -> int:
    """Run a named statement, with names from this module (`parts`) in its braces; says how many rows it touched."""
    statement = _SQL[block].format(**parts) if parts else _SQL[block]
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _rows(block: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL[block], parameters)
        return list(cursor.fetchall())


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
