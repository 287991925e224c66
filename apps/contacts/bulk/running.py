"""Doing a bulk act, batch by batch: each is whole or not at all, and one that is done is not done again."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, Sum
from django.utils import timezone

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.bulk.deeds import Deed
from apps.contacts.bulk.models import BulkAct, BulkBatch
from apps.contacts.bulk.selection import among
from apps.contacts.facets.upkeep import keep_counts
from apps.contacts.fields import FIELDS, Kind
from apps.contacts.history import log
from apps.contacts.history.models import Operation
from apps.contacts.history.queries import visible_columns
from apps.contacts.history.undo import LONGEST_STATEMENT, undo_part
from apps.contacts.models import Contact, Industry
from apps.core.jobs import Run, job
from apps.core.jobs.queries import find_job
from apps.core.sql import load_sql
from apps.core.timeouts import long_statement

_SQL = load_sql(Path(__file__).with_name("sql") / "batches.sql")
BATCH = 2_000  # contacts; a batch is what a cancel waits for, and what a killed worker does again
_NOBODY = Q(pk__in=[])
Status = BulkAct.Status


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of an act's contacts; `left` were not looked at. The five add up to `selected`."""

    selected: int
    changed: int
    unchanged: int
    refused: int
    gone: int

    @property
    def done(self) -> int:
        return self.changed + self.unchanged + self.refused + self.gone

    @property
    def left(self) -> int:
        return self.selected - self.done


def tally_of(act: BulkAct) -> Tally:
    sums = act.batches.filter(is_done=True).aggregate(
        **{name: Sum(name, default=0) for name in ("changed", "unchanged", "refused", "gone")}
    )
    return Tally(act.selected, **sums)


def is_abandoned(act: BulkAct) -> bool:
    """Whether an act is not over and no job does it: that failed for good, or an admin stopped or dropped it.

    An admin can put a failed one back: then it goes on.
    """
    if act.job_id is None or act.is_over:
        return False
    job = find_job(act.job_id)
    if job is not None and job.is_going_on:
        return False
    act.refresh_from_db()  # it may have ended since it was read
    return not act.is_over


@job("contacts.bulk_act", label="Bulk act on contacts", priority=5, timeout=3600, is_atomic=False)
def run_bulk_act(run: Run, *, act_id: int) -> None:
    """One batch a step. It goes on behind the last batch that is done, whoever did it."""
    is_going_on = True
    while is_going_on:
        with run.step():
            is_going_on = do_next_batch(act_id)


def do_next_batch(act_id: int) -> bool:
    """Do one batch with the person's rights as they are now; False when there is nothing left to do."""
    act = BulkAct.objects.select_for_update(of=("self",)).select_related("actor", "operation").get(pk=act_id)
    if act.is_over:
        return False
    deed, access = Deed.of(act), Access.of(act.actor)
    if not deed.is_allowed(access) or not _is_reference_there(deed):
        finish(act, Status.REFUSED)
    elif act.operation and _is_undone(act.operation):
        finish(act, Status.CANCELLED)
    else:
        batch = act.batches.filter(is_done=False).order_by("number").first()
        if batch is not None:
            _do(batch, act, deed, access)
            return True
        if deed.is_undo and not act.batches.exists() and _freeze_undone(act, access):
            return True
        finish(act, Status.DONE)
    return False


def finish(act: BulkAct, status: BulkAct.Status) -> None:
    if act.operation:
        log.settle(act.operation)
        if act.is_undo:
            _end_undo(act, act.operation, is_whole=status == Status.DONE)
    act.status, act.finished_at = status, timezone.now()
    act.save(update_fields=["status", "finished_at"])
    act.batches.filter(is_done=False).update(contacts=[])


def _end_undo(act: BulkAct, undoing: Operation, *, is_whole: bool) -> None:
    """One that changed nothing is forgotten, and of one that was stopped the rest can be undone."""
    if not any(undoing.counts.values()):
        act.operation = None
        act.save(update_fields=["operation"])
        undoing.delete()
    elif not is_whole:
        undoing.undoes_all = False
        undoing.save(update_fields=["undoes_all"])


def _freeze_undone(act: BulkAct, access: Access) -> int:
    """Write down whom the operation to be undone visibly did something to; says how many.

    Those that give a key to one another are one batch, the first: it is free only when all of them are changed back.
    """
    # An act that is still at it ends its batch first, and does not begin another one.
    undone = Operation.objects.select_for_update().get(undone_by=act.operation)
    parameters = {"act": act.pk, "operation": undone.pk, "columns": visible_columns(access), "batch": BATCH}
    with long_statement(LONGEST_STATEMENT), connection.cursor() as cursor:
        cursor.execute(_SQL["freeze_undone"], parameters)
    act.selected = act.batches.aggregate(size=Sum("size", default=0))["size"]
    act.save(update_fields=["selected"])
    return act.selected


def _do(batch: BulkBatch, act: BulkAct, deed: Deed, access: Access) -> None:
    if deed.is_undo and act.operation:
        part = undo_part(act.operation, batch.contacts, access=access)
        batch.changed, batch.refused, batch.gone = part.changed, part.kept, part.gone
        batch.unchanged = batch.size - part.changed - part.kept - part.gone
    else:
        _set(batch, act, deed, access)
    batch.is_done, batch.contacts = True, []
    batch.save()
    transaction.on_commit(lambda: keep_counts(batch.changed), robust=True)


def _set(batch: BulkBatch, act: BulkAct, deed: Deed, access: Access) -> None:
    spoils = deed.spoils(access)
    rows = (
        Contact.objects.filter(among(batch.contacts))
        .annotate(
            differs=_looked_at(deed.differs()), spoilt=_looked_at(_NOBODY if spoils is None else spoils)
        )
        .select_for_update(no_key=not deed.is_deletion)
        .order_by("pk")  # the same order for everybody: who meets waits, and does not deadlock
        .values_list("pk", "differs", "spoilt")
    )
    there = list(rows)
    changing = [pk for pk, differs, spoilt in there if differs and not spoilt]
    batch.refused = sum(differs and spoilt for _, differs, spoilt in there)
    batch.changed = _write(changing, act, deed, access) if changing else 0
    batch.unchanged = len(there) - batch.refused - batch.changed
    batch.gone = batch.size - len(there)


def _looked_at(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _write(ids: list[int], act: BulkAct, deed: Deed, access: Access) -> int:
    if act.operation is None:
        kind = Operation.Kind.DELETE if deed.is_deletion else Operation.Kind.BULK_EDIT
        act.operation = log.begin(kind, access=access, reason=act.reason)
        act.save(update_fields=["operation"])
    with log.part_of(act.operation):
        contacts = Contact.objects.filter(among(ids))
        if deed.is_deletion:
            return int(contacts._raw_delete("default"))
        return contacts.update(**deed.assignment())


def _is_undone(begun: Operation) -> bool:
    """Somebody takes back what was done so far: then the rest is not done. Undo holds the operation meanwhile."""
    Operation.objects.select_for_update().get(pk=begun.pk)
    return Operation.objects.filter(undoes=begun, undoes_all=True).exists()


def _is_reference_there(deed: Deed) -> bool:
    if not deed.field or FIELDS[deed.field].kind is not Kind.REFERENCE or deed.value is None:
        return True
    referred = Industry if deed.field == "industry" else AdminUser
    return referred._default_manager.filter(pk=deed.value).exists()
