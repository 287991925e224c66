"""Filling the database with demo contacts: one operation, one transaction, all or nothing."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from django.db import IntegrityError, connection

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.dashboard.summaries import add_summaries_above
from apps.contacts.facets import bitmaps, counts
from apps.contacts.history.log import operation
from apps.contacts.models import Contact, Industry, Operation
from apps.contacts.seeding.industries import industry_names
from apps.contacts.seeding.people import COLUMNS
from apps.contacts.seeding.plan import Plan
from apps.contacts.seeding.table_load import TableLoad, loading
from apps.contacts.seeding.writing import written_blocks

MOST_OWNERS = 12
MANY_CONTACTS = 100_000
CONTACTS = "contacts_contact"
CHANGES = "contacts_change"
FACETS = "contacts_facetvalue"

_LAST_ID = "SELECT coalesce(max(id), 0) FROM contacts_contact"
_MARK_STALE = "INSERT INTO contacts_facetstale (contact_id) SELECT id FROM contacts_contact WHERE id > %s"
_LOG_INSERTS = """
    INSERT INTO contacts_change (operation_id, contact_id, action, version)
    SELECT %s, id, 'insert', version FROM contacts_contact WHERE id > %s ORDER BY id
"""


class Watcher(Protocol):
    """Whoever shows the progress."""

    def on_rows(self, rows: int) -> None: ...
    def on_step(self, name: str) -> None: ...


@dataclass(slots=True)
class Stopwatch:
    """Seconds by step, in order; passes everything on to another watcher."""

    watcher: Watcher
    seconds: dict[str, float] = field(default_factory=dict)
    _step: str = ""
    _since: float = field(default_factory=time.perf_counter)

    def on_rows(self, rows: int) -> None:
        self.watcher.on_rows(rows)

    def on_step(self, name: str) -> None:
        self.finish()
        self._step = name
        self.watcher.on_step(name)

    def finish(self) -> None:
        now = time.perf_counter()
        if self._step:
            self.seconds[self._step] = round(now - self._since, 3)
        self._step, self._since = "", now


@dataclass(frozen=True, slots=True)
class SeedOutcome:
    operation_id: int
    count: int
    seconds: float
    steps: dict[str, float]

    @property
    def rows_per_second(self) -> int:
        return int(self.count / self.seconds)


class AlreadySeeded(Exception):
    """Contacts of this seed are there; a second set would have the same e-mail addresses."""

    def __init__(self, seed: int, existing: int) -> None:
        super().__init__(f"{existing:,} demo contacts of seed {seed} are here already.")
        self.existing = existing


class SeedCollision(Exception):
    """A contact that somebody made has an e-mail address, LinkedIn path or contact id of this seed."""


def seed_contacts(count: int, seed: int, watcher: Watcher) -> SeedOutcome:
    """Add `count` demo contacts; nothing is changed on AlreadySeeded, SeedCollision or an interruption."""
    started, stopwatch = time.perf_counter(), Stopwatch(watcher)
    stopwatch.on_step("preparing")
    if existing := _seeded(seed):
        raise AlreadySeeded(seed, existing)
    reason = f"Demo data: {count:,} contacts of seed {seed}"
    try:
        with operation(Operation.Kind.SEED, access=Access.of_operator(), reason=reason) as op:
            _load(op, _plan(count, seed, op.pk), stopwatch)
            stopwatch.on_step("commit")
    except IntegrityError as error:
        raise SeedCollision(str(error).splitlines()[0]) from error
    stopwatch.on_step("statistics")
    _refresh_statistics(count)
    stopwatch.finish()
    return SeedOutcome(op.pk, count, time.perf_counter() - started, stopwatch.seconds)


def _seeded(seed: int) -> int:
    """Contacts whose contact_id a seed has given."""
    prefix = f"c0de{seed:08x}"
    return (
        Contact.objects.exclude(contact_id="")
        .filter(contact_id__gte=prefix, contact_id__lt=f"{prefix}g")
        .count()
    )


def _plan(count: int, seed: int, operation_id: int) -> Plan:
    owners = (
        AdminUser.objects.filter(is_active=True).order_by("pk").values_list("pk", flat=True)[:MOST_OWNERS]
    )
    return Plan(count, seed, tuple(_industry_ids()), tuple(owners), operation_id)


def _industry_ids() -> list[int]:
    """Ids in the order of industry_names(); the missing ones are made."""
    names = industry_names()
    Industry.objects.bulk_create([Industry(name=name) for name in names], ignore_conflicts=True)
    ids = {name.lower(): pk for name, pk in Industry.objects.values_list("name", "pk")}
    return [ids[name.lower()] for name in names]


def _load(op: Operation, plan: Plan, stopwatch: Stopwatch) -> None:
    with (
        loading(CHANGES, plan.count, on_step=stopwatch.on_step),
        loading(CONTACTS, plan.count, on_step=stopwatch.on_step) as contacts,
        connection.cursor() as cursor,
    ):
        cursor.execute(_LAST_ID)
        (last_id,) = cursor.fetchone()
        facets = _copy(plan, contacts, stopwatch)
        stopwatch.on_step("operation log")
        cursor.execute(_LOG_INSERTS, [op.pk, last_id])
        if not contacts.was_emptied:
            cursor.execute(_MARK_STALE, [last_id])
        stopwatch.on_step("summaries")
        add_summaries_above(cursor, last_id)
    stopwatch.on_step("facet counts")
    _add_facets(facets, stopwatch)
    stopwatch.on_step("facet bitmaps")
    if contacts.was_emptied:
        bitmaps.rebuild()  # no trigger has marked the new contacts
    else:
        bitmaps.refresh()


def _copy(plan: Plan, contacts: TableLoad, stopwatch: Stopwatch) -> dict[str, Counter[str]]:
    """Write the contacts; gives how many of them hold each value."""
    stopwatch.on_step("contacts")
    facets: dict[str, Counter[str]] = {}
    how = " WITH (FREEZE)" if contacts.was_emptied else ""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {CONTACTS} ({', '.join(COLUMNS)}) FROM STDIN{how}") as copy,
    ):
        rows = 0
        for block in written_blocks(plan):
            copy.write(block.copy_text)
            for field_name, counter in block.facets.items():
                facets.setdefault(field_name, Counter()).update(counter)
            rows += block.count
            stopwatch.on_rows(rows)
    return facets


def _add_facets(facets: dict[str, Counter[str]], stopwatch: Stopwatch) -> None:
    """What the triggers would have appended, had they run; with no counts to add to, the counts themselves."""
    values = sum(map(len, facets.values()))
    with loading(FACETS, values, on_step=stopwatch.on_step) as load, connection.cursor() as cursor:
        target = (
            f"{FACETS} (field, value, n)" if load.was_emptied else "contacts_facetdelta (field, value, d)"
        )
        with cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for name, counter in facets.items():
                copy.write("".join(f"{name}\t{value}\t{people}\n" for value, people in counter.items()))
        if not load.was_emptied:
            counts.fold_deltas()


def _refresh_statistics(contacts: int) -> None:
    """The planner must know the new rows; outside a transaction, the visibility map is made too."""
    how = "ANALYZE" if connection.in_atomic_block else "VACUUM (ANALYZE)"
    with connection.cursor() as cursor:
        if contacts < MANY_CONTACTS:
            # A sample of 7,500 rows instead of 30,000, as ANALYZE of so wide a table takes seconds.
            cursor.execute("SET default_statistics_target = 25")
        for table in (CONTACTS, CHANGES, FACETS, "contacts_facetbits", "contacts_industry"):
            cursor.execute(f"{how} {table}")
        cursor.execute("RESET default_statistics_target")
