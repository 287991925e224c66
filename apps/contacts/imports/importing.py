"""An import: one file, one operation, one transaction, and accounts that must balance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.utils import IntegrityError
from psycopg.errors import DeadlockDetected, UniqueViolation

from apps.accounts.access import Access, Capability
from apps.accounts.models import AdminUser
from apps.contacts.fields import CUSTOM
from apps.contacts.history.log import counts_of, operation
from apps.contacts.history.models import Operation
from apps.contacts.imports import matching, merging, staging, writing
from apps.contacts.imports.errors import ImportImbalance
from apps.contacts.imports.mapping import MATCH_FIELDS, ColumnPlan, plan_columns
from apps.contacts.imports.reader import Table, open_table
from apps.contacts.imports.rejects import write_rejects
from apps.contacts.imports.rows import RowCleaner
from apps.contacts.imports.staging import Staged
from apps.core.metrics import IMPORT_ROWS

OUTCOMES = ("created", "updated", "unchanged", "skipped", "suppressed", "rejected")
_LOCK = 0x41333630_494D50  # "A360IMP": imports write one after the other, so that none doubles what another creates
_ATTEMPTS = 4
_MANY = 5_000  # new contacts

type Progress = Callable[[str, int], None]  # what is being done, and how many rows of it are


class Mode(StrEnum):
    UPSERT = "upsert"
    CREATE = "create"
    UPDATE = "update"


@dataclass(slots=True)
class ImportResult:
    """The accounts of an import, in rows of the file: read is the sum of the six outcomes."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    suppressed: int = 0
    rejected: int = 0
    operation: int | None = None  # None after a dry run
    rejects_file: Path | None = None
    dry_run: bool = False
    contacts: dict[str, int] = field(default_factory=dict)  # created and updated, in contacts
    fields: dict[str, str] = field(default_factory=dict)  # header → the catalogue field it went to
    custom: list[str] = field(default_factory=list)  # headers kept among the other columns
    listed: list[str] = field(
        default_factory=list
    )  # headers of which contacts have several values: see merging
    left_out: list[str] = field(default_factory=list)  # headers not imported

    @property
    def balance(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in ("read", *OUTCOMES)}


class _DryRun(Exception):
    """Rolls a finished import back."""


def import_file(
    path: Path,
    *,
    access: Access,
    match: Sequence[str] = tuple(MATCH_FIELDS),
    mode: Mode = Mode.UPSERT,
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    source: str = "",
    progress: Progress = lambda doing, count: None,
) -> ImportResult:
    """Import a CSV file of contacts; all that goes in does so in one transaction, and can be undone as one operation.

    A dry run does everything and rolls it back. Raises AccessDenied, ImportFileError, MappingError, ImportImbalance.
    """
    access.require(Capability.IMPORT)
    if mode is not Mode.UPDATE:
        access.require(Capability.CREATE)
    if mode is not Mode.CREATE:
        access.require(Capability.EDIT)
    with open_table(path) as table:
        plan = plan_columns(table.headers, access=access, chosen=mapping, match=match)
        run = _Run(table, plan, access, tuple(match), mode, (source or path.name)[:255], dry_run, progress)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return run.once()
            except (writing.Raced, OperationalError, IntegrityError) as error:
                if attempt == _ATTEMPTS or not _is_race(error):
                    raise
    raise AssertionError("The last attempt returns or raises.")


def _is_race(error: Exception) -> bool:
    """Whether somebody else wrote the same contacts at the same moment; a second look then helps."""
    return isinstance(error, writing.Raced) or isinstance(error.__cause__, DeadlockDetected | UniqueViolation)


@dataclass(frozen=True, slots=True)
class _Run:
    table: Table
    plan: ColumnPlan
    access: Access
    match: tuple[str, ...]
    mode: Mode
    source: str
    dry_run: bool
    progress: Progress

    def once(self) -> ImportResult:
        kept = (self.plan.full_name, *self.plan.custom) if self.access.can_edit(CUSTOM) else ()
        result = ImportResult(
            dry_run=self.dry_run,
            fields={header.title: name for name, header in self.plan.fields.items()},
            custom=[header.title for header in kept if header],
            left_out=[header.title for header in self.plan.left_out],
        )
        try:
            with transaction.atomic():
                with operation(
                    Operation.Kind.IMPORT, access=self.access, reason=f"Import of {self.source}"
                ) as log:
                    self._bring_in(result, log)
                _check(result, log)
                self._hand_back_rejects(result, log)
                staging.drop_staging()
                if self.dry_run:
                    raise _DryRun
                result.operation = log.pk
            for outcome in OUTCOMES:
                IMPORT_ROWS.labels(outcome).inc(getattr(result, outcome))
            if result.contacts["created"] >= _MANY:  # the pages' plans must not wait for autovacuum
                staging.execute("ANALYZE contacts_contact")
        except _DryRun:
            pass
        except BaseException:
            if result.rejects_file:
                result.rejects_file.unlink(missing_ok=True)
            raise
        return result

    def _bring_in(self, result: ImportResult, log: Operation) -> None:
        keeps_custom = self.access.can_edit(CUSTOM)
        cleaner = RowCleaner(self.plan, owners=_owners(self.plan), keeps_custom=keeps_custom)
        staged = staging.staged_file(self.plan, cleaner, match=self.match, keeps_custom=keeps_custom)
        result.read, last = staging.stage_rows(
            self.table.rows(), cleaner, staged, partial(self.progress, "read")
        )
        self._wait_for_other_imports()
        result.listed = self._settle(staged, log, last)
        counted = staging.outcomes()
        for outcome in OUTCOMES:
            setattr(result, outcome, counted.get(outcome, 0))

    def _wait_for_other_imports(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if cursor.fetchone() == (False,):
                self.progress("read; waiting for another import to end", 0)
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])

    def _settle(self, staged: Staged, log: Operation, last: int) -> list[str]:
        """Decide what becomes of every row and do it: first rows with a known contact or a key, then the others.

        Says the headers of which contacts have several values.
        The second half looks for equal content among what the first half wrote, so that the same file finds it again.
        """
        matching.match_rows(staged)
        if self.mode is Mode.CREATE:
            matching.skip_rows(matching.Which.KNOWN)
        staged, listed = merging.merge_rows(staged)
        if self.mode is Mode.UPDATE:
            matching.skip_rows(matching.Which.NEW_WITH_KEY)
        matching.reject_what_cannot_be_stored(staged, matching.Which.KNOWN_OR_KEYED)
        writing.write_known(staged, last=last, progress=partial(self.progress, "compared"))
        new = partial(
            writing.write_new,
            staged,
            operation_id=log.pk,
            source=self.source,
            last=last,
            progress=partial(self.progress, "created"),
        )
        new(has_key=True)
        matching.match_same_content(staged, is_skipped=self.mode is Mode.CREATE)
        if self.mode is Mode.UPDATE:
            matching.skip_rows(matching.Which.NEW)
        matching.reject_what_cannot_be_stored(staged, matching.Which.NEW)
        new(has_key=False)
        writing.settle_members()
        return listed

    def _hand_back_rejects(self, result: ImportResult, log: Operation) -> None:
        if result.rejected:
            folder = f"dry-run-{log.pk}" if self.dry_run else str(log.pk)
            result.rejects_file = settings.APP_DATA_DIR / "imports" / folder / "rejects.csv"
            write_rejects(result.rejects_file, self.table, staging.rejected_rows())


def _check(result: ImportResult, log: Operation) -> None:
    """Three counts made apart must agree: rows read by Python, outcomes in the plan, changes that the triggers saw."""
    if result.read != sum(getattr(result, outcome) for outcome in OUTCOMES):
        raise ImportImbalance(f"The rows do not add up: {result.balance}. Nothing was written.")
    created, updated = writing.written_contacts()
    seen = counts_of([log.pk])[log.pk]
    if (created, updated, 0) != (seen["created"], seen["updated"], seen["deleted"]):
        raise ImportImbalance(
            f"Planned {created} new and {updated} changed contacts, wrote {seen}. Nothing was kept."
        )
    result.contacts = {"created": created, "updated": updated}


def _owners(plan: ColumnPlan) -> dict[str, int]:
    if "owner" not in plan.fields:
        return {}
    return dict(AdminUser.objects.values_list("email", "pk"))
