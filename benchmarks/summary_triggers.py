"""What the dashboard's summaries cost the writes: server CPU of inserting, changing and deleting contacts.

python -m benchmarks.summary_triggers [--rows 20000] [--rounds 5]     Linux, a server here with demo data. Not a test.
The figures of docs/decisions/0018-dashboard-summaries.md come from here. The rounds alternate between the triggers
enabled and disabled, each in a transaction that is rolled back, and the medians are compared.
"""

import argparse
import os
from io import StringIO
from statistics import median
from typing import Any

import django

from benchmarks.log_triggers import cpu_seconds

EVENTS = ("insert", "update", "delete")
KEYS = {"id": "id + 1000000000", "email": "''", "person_linkedin_url": "''", "contact_id": "''"}
COPIED = "SELECT {values} FROM (SELECT * FROM contacts_contact ORDER BY id LIMIT {rows}) chosen"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.summary_triggers")
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    os.environ["PROCESS_ROLE"] = "setup"  # the owner: it disables triggers
    django.setup()

    costs: dict[tuple[str, bool], list[float]] = {}
    for number in range(2 * asked.rounds):
        is_enabled = number % 2 == 0
        for what, seconds in _round(asked.rows, is_enabled=is_enabled).items():
            costs.setdefault((what, is_enabled), []).append(seconds)
    for what in dict.fromkeys(what for what, _ in costs):
        with_, without = (median(costs[what, is_enabled]) for is_enabled in (True, False))
        print(
            f"{what:40}{with_:7.2f} s with, {without:7.2f} s without: {100 * (with_ - without) / without:+5.1f} %"
            f"   ({min(costs[what, True]):.2f}–{max(costs[what, True]):.2f},"
            f" {min(costs[what, False]):.2f}–{max(costs[what, False]):.2f})"
        )


def _round(rows: int, *, is_enabled: bool) -> dict[str, float]:
    """Server CPU in seconds, by what was done."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if not is_enabled:
            for event in EVENTS:
                cursor.execute(f"ALTER TABLE contacts_contact DISABLE TRIGGER contacts_summaries_{event}")
        columns, text = _copied(cursor, rows)
        found = {}
        started = cpu_seconds(cursor)
        with cursor.copy(f"COPY contacts_contact ({columns}) FROM STDIN") as copy:
            copy.write(text)
        found[f"COPY of {rows:,} contacts"] = cpu_seconds(cursor) - started
        batches = [(1_000_000_000 + first, 1_000_000_000 + first + 2_000) for first in range(0, rows, 2_000)]
        for what, statement in (
            ("stage of all of them, 2,000 at a time", "UPDATE contacts_contact SET stage = stage || 'x'"),
            ("deleting them, 2,000 at a time", "DELETE FROM contacts_contact"),
        ):
            started = cpu_seconds(cursor)
            for first, behind in batches:
                cursor.execute(f"{statement} WHERE id > %s AND id <= %s", [first, behind])
            found[what] = cpu_seconds(cursor) - started
        transaction.set_rollback(True)
    return found


def _copied(cursor: Any, rows: int) -> tuple[str, str]:
    """The columns of a contact, and as COPY text the first contacts once more, without what is unique."""
    from apps.contacts.models import Contact

    names = [str(field.column) for field in Contact._meta.concrete_fields if not field.generated]
    values = ", ".join(f"{KEYS.get(name, name)} AS {name}" for name in names)
    text = StringIO()
    with cursor.copy(f"COPY ({COPIED.format(values=values, rows=rows)}) TO STDOUT") as copy:
        for piece in copy:
            text.write(bytes(piece).decode())
    return ", ".join(names), text.getvalue()


if __name__ == "__main__":
    main()
