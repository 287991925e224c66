"""A statement as a file for a spreadsheet."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import batched
from zoneinfo import ZoneInfo

from apps.accounts.quota.models import QuotaEntry
from apps.accounts.quota.statement import names_of
from apps.core.spreadsheet_cells import guarded_cell

HEADERS = ("Number", "When", "What", "Contacts", "Change", "Left", "From", "Why", "Who", "Reference")
_BATCH = 1000


def csv_lines(entries: Iterable[QuotaEntry], zone: ZoneInfo) -> Iterator[str]:
    """The header and a line for each entry. Numbers stay numbers; a text that a spreadsheet would run does not."""
    yield _line(HEADERS)
    for batch in batched(entries, _BATCH):
        names = names_of(list(batch))
        for entry in batch:
            yield _line(cells_of(entry, names, zone))


def cells_of(entry: QuotaEntry, names: dict[int, str], zone: ZoneInfo) -> tuple[str | int, ...]:
    texts = {
        "what": entry.get_kind_display(),
        "from": source_of(entry),
        "why": entry.reason,
        "who": who_did(entry, names),
        "reference": entry.reference,
    }
    guarded = {name: guarded_cell(text) for name, text in texts.items()}
    return (
        entry.number,
        entry.at.astimezone(zone).isoformat(timespec="seconds"),
        guarded["what"],
        entry.amount,
        entry.change,
        entry.total,
        guarded["from"],
        guarded["why"],
        guarded["who"],
        guarded["reference"],
    )


def source_of(entry: QuotaEntry) -> str:
    """Which allowance or credit an entry is about, in words."""
    month = entry.bucket.month
    return f"{month:%B %Y}" if month else f"Credit: {entry.bucket.reason}"


def who_did(entry: QuotaEntry, names: dict[int, str]) -> str:
    if entry.actor_id is None:
        return "Appointment360"
    return names.get(entry.actor_id, f"Person {entry.actor_id} (deleted)")


def _line(cells: Iterable[str | int]) -> str:
    text = StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
