"""Opening an operation: who changes contacts, and why. What changes is written by the triggers of migration 0003."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.db import connection, transaction

from apps.accounts.access import Access
from apps.contacts.facets.upkeep import keep_counts
from apps.contacts.history.models import Operation
from apps.core.request_ids import current_request_id
from apps.core.sql import load_sql

_SQL = load_sql(Path(__file__).with_name("sql") / "log.sql")
_COUNTS = ("created", "updated", "deleted")


@contextmanager
def operation(
    kind: Operation.Kind,
    *,
    access: Access,
    reason: str = "",
    undoes: Operation | None = None,
    undoes_all: bool = False,
) -> Iterator[Operation]:
    """All changes to contacts inside belong to one operation and one transaction.

    Inside another operation it joins that one, which keeps its kind, reason and actor; only an undo must stand alone.
    """
    with transaction.atomic():
        outer = running_operation()
        if outer is not None:
            if undoes is not None:
                raise ValueError("An undo is an operation of its own; it cannot be part of another.")
            yield outer
            return
        started = begin(kind, access=access, reason=reason, undoes=undoes, undoes_all=undoes_all)
        with part_of(started):
            yield started
        settle(started)


def begin(
    kind: Operation.Kind,
    *,
    access: Access,
    reason: str = "",
    undoes: Operation | None = None,
    undoes_all: bool = False,
) -> Operation:
    """An operation that goes on in several transactions, each in part_of() it, until it is settled."""
    return Operation.objects.create(
        kind=kind,
        actor_id=access.user_id,
        reason=reason,
        request_id=current_request_id(),
        undoes=undoes,
        undoes_all=undoes_all,
    )


@contextmanager
def part_of(begun: Operation) -> Iterator[None]:
    """All changes to contacts inside, in a transaction of the caller's, belong to the operation."""
    _attribute_changes_to(str(begun.pk))
    yield
    _attribute_changes_to("")


def settle(begun: Operation) -> None:
    """Write down what the operation came to, once it has ended."""
    begun.counts = counts_of([begun.pk])[begun.pk]
    begun.save(update_fields=["counts"])
    transaction.on_commit(partial(keep_counts, sum(begun.counts.values())), robust=True)


def running_operation() -> Operation | None:
    """The operation that changes made now, on this connection, would belong to."""
    if not connection.in_atomic_block:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('a360.operation', true), '')::bigint")
        (operation_id,) = cursor.fetchone()
    return None if operation_id is None else Operation.objects.get(pk=operation_id)


def counts_of(operation_ids: list[int], columns: list[str] | None = None) -> dict[int, dict[str, int]]:
    """How many contacts each operation created, updated and deleted, seen from its end.

    With `columns`, an update of none of these does not count.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL["counts"], {"operations": operation_ids, "columns": columns})
        found = {row[0]: dict(zip(_COUNTS, row[1:], strict=True)) for row in cursor.fetchall()}
    return {each: found.get(each, dict.fromkeys(_COUNTS, 0)) for each in operation_ids}


def _attribute_changes_to(operation_id: str) -> None:
    # Local to the transaction: a rollback takes it back, and the next user of a pooled connection starts clean.
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('a360.operation', %s, true)", [operation_id])
