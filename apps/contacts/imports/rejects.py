"""The rows that did not go in, as a file to repair and import again: the original columns, then `_row` and `_reason`.

Those of a file of rejects have only their own `_row` and `_reason`. A row that was too short is filled up with empty
cells; by its reason the reader knows it again (Table.rows).

Cells that a spreadsheet would run as a formula get an apostrophe in front, which the import takes off again.
"""

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from apps.contacts.imports.errors import ImportFileError
from apps.contacts.imports.headers import REJECT_COLUMNS
from apps.contacts.imports.reader import Table
from apps.core.spreadsheet_cells import bare_cell, guarded_cell


def write_rejects(path: Path, table: Table, rejected: Iterable[tuple[int, str]]) -> int:
    """Write the rows of `table` that `rejected` numbers (ascending, with reasons) to a private file; says how many."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    rows = table.rows()
    count = 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    # With the mark by which Excel knows UTF-8. Damaged bytes go out as they came in.
    with open(descriptor, "w", encoding="utf-8-sig", errors="surrogateescape", newline="") as file:  # noqa: PTH123
        writer = csv.writer(file)
        header = table.original_cells(table.header_cells)
        writer.writerow([*map(guarded_cell, header), *REJECT_COLUMNS])
        for number, reason in rejected:
            row = next((row for row in rows if row.number == number), None)
            if row is None:
                raise ImportFileError("The file was changed while it was being imported. Import it again.")
            width = len(table.headers)
            cells = table.original_cells(row.cells[:width])
            cells += [""] * (len(header) - len(cells))
            beyond = row.cells[width:]
            writer.writerow([*(guarded_cell(bare_cell(cell)) for cell in cells), number, reason, *beyond])
            count += 1
    return count
