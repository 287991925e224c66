"""What people do to many contacts at once."""

from pathlib import Path

from django.core.exceptions import EmptyResultSet
from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet

from apps.accounts.access import Access, Capability
from apps.contacts.bulk.deeds import Deed
from apps.contacts.bulk.models import BulkAct
from apps.contacts.bulk.running import BATCH, do_next_batch, finish, is_abandoned, run_bulk_act
from apps.contacts.bulk.selection import BulkSelection
from apps.contacts.history import log
from apps.contacts.history.models import Operation
from apps.contacts.history.queries import contact_count, undone_by
from apps.contacts.models import Contact
from apps.core.sql import load_sql
from apps.core.timeouts import long_statement

_SQL = load_sql(Path(__file__).with_name("sql") / "batches.sql")
AT_ONCE = 1_000  # contacts, done while the person waits; more are a job
LONGEST_STATEMENT = 60  # seconds
MOST_STATED = 2**31 - 1  # that an act can keep; nobody has so many contacts


class StatedOtherwise(Exception):
    """Another number of contacts is chosen now than the person agreed to; nothing was done."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} contacts are chosen now.")
        self.number = number


def start_bulk_act(
    *, access: Access, key: str, deed: Deed, selection: BulkSelection, stated: int, reason: str = ""
) -> BulkAct:
    """Do a deed to the chosen contacts: at once, or as a job when they are many. The same key again: the same act.

    Raises AccessDenied, StatedOtherwise, and ValueError for a selection or a deed that no page lets through.
    """
    access.require(Capability.BULK_EDIT)
    if deed.is_deletion:
        access.require(Capability.DELETE)
    is_nobody = (
        access.user_id is None
    )  # at the server's command line: nobody whose rights could be read later
    if is_nobody or not deed.is_allowed(access) or selection.problems or selection.is_too_long:
        raise ValueError("This cannot be done to these contacts.")
    with long_statement(LONGEST_STATEMENT):
        if stated > MOST_STATED:
            raise StatedOtherwise(selection.count(access))
        try:
            with transaction.atomic():
                act = _new_act(access, key, deed, selection, stated, reason)
        except IntegrityError:
            return BulkAct.objects.get(actor_id=access.user_id, key=key)
        found = selection.found(access, lambda contacts: _freeze(act, contacts))
        if found != stated:
            raise StatedOtherwise(found)
        if found > AT_ONCE:
            act.job_id = run_bulk_act.enqueue({"act_id": act.pk}, actor_id=access.user_id)
            act.save(update_fields=["job_id"])
            return act
        while do_next_batch(act.pk):
            pass
    act.refresh_from_db()
    return act


def start_undo(operation: Operation, *, access: Access) -> BulkAct:
    """Take back all that an operation did, as a job; where this person's is at it or was, that one.

    Others take back what they may see, each by an act of their own. Raises AccessDenied, and ValueError at the server's
    command line.
    """
    access.require(Capability.UNDO)
    if access.user_id is None:
        raise ValueError("Nobody whose rights could be read later.")
    with transaction.atomic():
        # Asked before anything is locked: a batch that is being done holds the operation to its end.
        known = _undo_of(operation, access)
        if known is not None:
            if not is_abandoned(known):
                return known
            cancel_bulk_act(known.pk, access=access)
        Operation.objects.select_for_update().get(pk=operation.pk)
        known = _undo_of(operation, access)
        if known is not None:
            return known
        undoing = log.begin(Operation.Kind.UNDO, access=access, undoes=operation, undoes_all=True)
        act = BulkAct.objects.create(
            actor_id=access.user_id,
            key=f"operation {undoing.pk}",
            kind=BulkAct.Kind.UNDO,
            selected=contact_count(operation, access),
            operation=undoing,
        )
        act.job_id = run_bulk_act.enqueue({"act_id": act.pk}, actor_id=access.user_id)
        act.save(update_fields=["job_id"])
    return act


def cancel_bulk_act(act_id: int, *, access: Access) -> BulkAct | None:
    """End a person's own act behind the batch that is being done; None when they have no such act.

    What is done stays, and can be undone; of an undo, the rest can. Raises AccessDenied.
    """
    with transaction.atomic():
        acts = BulkAct.objects.select_for_update(of=("self",)).select_related("operation")
        act = acts.filter(pk=act_id, actor_id=access.user_id).first()
        access.require(Capability.UNDO if act and act.is_undo else Capability.BULK_EDIT)
        if act is not None and not act.is_over:
            finish(act, BulkAct.Status.CANCELLED)
    return act


def _undo_of(operation: Operation, access: Access) -> BulkAct | None:
    """This person's act that takes an operation back, or did so and still counts."""
    going_on = Q(status=BulkAct.Status.RUNNING, operation__undoes=operation)
    done = Q(operation_id=undone_by(operation.pk) or 0)
    return BulkAct.objects.filter(going_on | done, kind=BulkAct.Kind.UNDO, actor_id=access.user_id).first()


def _new_act(
    access: Access, key: str, deed: Deed, selection: BulkSelection, stated: int, reason: str
) -> BulkAct:
    return BulkAct.objects.create(
        actor_id=access.user_id or 0,
        key=key,
        kind=deed.kind,
        field=deed.field,
        value=deed.value,
        reason=reason,
        query=selection.search.query_string(),
        selected=stated,
    )


def _freeze(act: BulkAct, contacts: "QuerySet[Contact]") -> int:
    """Write down who is chosen, in batches; says how many."""
    try:
        chosen, parameters = contacts.values("id").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_SQL["freeze"].format(chosen=chosen), [act.pk, BATCH, *parameters, BATCH])
        cursor.execute("SELECT coalesce(sum(size), 0) FROM contacts_bulkbatch WHERE act_id = %s", [act.pk])
        (found,) = cursor.fetchone()
    return int(found)
