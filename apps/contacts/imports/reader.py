"""Reads a CSV file as a stream of rows, whatever its encoding, delimiter and faults; never the whole file in memory."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NamedTuple

from apps.contacts.imports.errors import ImportFileError
from apps.contacts.imports.headers import REJECT_COLUMNS, Header, headers_of, known_fields
from apps.contacts.imports.text_encoding import Encoding, detect_encoding, text_of_file

DELIMITERS = ",;\t|"
MAX_RECORD = 8_000_000  # characters of one row; more is a quote that never closes
MAX_COLUMNS = 2_000
_OPEN_QUOTE = "A quotation mark opens in this line and never closes."
_UNEVEN_QUOTES = "The quotation marks in this line are uneven; inside a quoted cell each is written twice."
_TOO_FEW = re.compile(r"The row has too few cells: (\d+), where the header has \d+\.")
_SAMPLE_ROWS = 50
_SAMPLE_CHARACTERS = 200_000


class Row(NamedTuple):
    """One row of the file. `number` is what a spreadsheet shows: the header row is 1, empty rows count."""

    number: int
    cells: list[str]
    fault: str = ""  # why its cells cannot be told apart; they are then the row as far as it was read


class Table:
    """A CSV file that was looked through and found readable."""

    def __init__(self, file: BinaryIO, encoding: Encoding, delimiter: str, lines_before: int) -> None:
        self._file = file
        self.encoding = encoding
        self.delimiter = delimiter
        self._lines_before = lines_before
        header = next(self._records(), None)
        if header is None:
            raise ImportFileError("The file holds no rows.")
        if header.fault or len(header.cells) > MAX_COLUMNS:
            raise ImportFileError(header.fault or f"The file has {len(header.cells):,} columns.")
        self.header_cells = header.cells
        self.headers: list[Header] = headers_of(header.cells)
        titles = [header.title for header in self.headers]
        is_of_rejects = set(REJECT_COLUMNS) < set(titles)
        self._rejects_places = (
            {titles.index(title) for title in REJECT_COLUMNS} if is_of_rejects else set[int]()
        )
        self._reason_place = titles.index(REJECT_COLUMNS[1]) if is_of_rejects else None
        self._needed = (
            max((index for index in range(len(titles)) if index not in self._rejects_places), default=-1) + 1
        )

    def rows(self) -> Iterator[Row]:
        """The rows below the header from the start, as often as asked; each as long as the header, or with a fault."""
        width = len(self.headers)
        records = self._records()
        next(records)
        for row in records:
            number, cells, fault = row
            if fault:
                yield row
            elif len(cells) == width:
                yield row if self._reason_place is None else Row(number, cells, self._standing_fault(cells))
            elif len(cells) > width and any(cells[width:]):
                added = len(self._rejects_places)
                yield Row(number, cells, _ragged(len(cells) - added, width - added))
            elif len(cells) < self._needed:
                yield Row(number, cells, _ragged(len(cells), self._needed))
            else:
                whole = [*cells, *[""] * width][:width]
                yield Row(number, whole, self._standing_fault(whole))

    def original_cells(self, cells: list[str]) -> list[str]:
        """A row or the header of a file of rejects less what rejecting added; any other, or one too short, as it is."""
        if len(cells) < self._needed:
            return cells
        return [cell for place, cell in enumerate(cells) if place not in self._rejects_places]

    def _standing_fault(self, cells: list[str]) -> str:
        """In a file of rejects: why a row's cells could not be told apart, if nothing was done about it yet.

        There it is as long as the others. It is repaired when a cell beyond those it had is filled, or when somebody
        who finds it right as it is empties the cell with the reason.
        """
        if self._reason_place is None:
            return ""
        reason = cells[self._reason_place].strip()
        own = self.original_cells(cells)
        if too_few := _TOO_FEW.fullmatch(reason):
            is_as_it_was = not any(cell.strip() for cell in own[int(too_few[1]) :])
        else:  # the whole line in the first cell
            is_as_it_was = (
                reason in {_OPEN_QUOTE, _UNEVEN_QUOTES}
                and '"' in own[0]
                and not any(cell.strip() for cell in own[1:])
            )
        return reason if is_as_it_was else ""

    def _records(self) -> Iterator[Row]:
        with text_of_file(self._file, self.encoding) as text:
            for _ in range(self._lines_before):
                text.readline()
            for number, (cells, fault) in enumerate(_parsed(text, self.delimiter), 1):
                if fault or any(cell and not cell.isspace() for cell in cells):
                    yield Row(number, cells, fault)


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """The table in the file. Raises ImportFileError when there is none."""
    if not path.exists():
        raise ImportFileError(f"There is no file {path.name}.")
    if not path.is_file():
        raise ImportFileError(f"{path.name} is not an ordinary file.")
    try:
        file = path.open("rb")
    except OSError as error:
        raise ImportFileError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    with file:
        encoding = detect_encoding(file)
        delimiter, lines_before = _delimiter_of(file, encoding)
        table = Table(file, encoding, delimiter, lines_before)
        if next(table.rows(), None) is None:
            raise ImportFileError("The file has a header and no rows below it.")
        yield table


def _ragged(count: int, width: int) -> str:
    which = "few" if count < width else "many"
    return f"The row has too {which} cells: {count}, where the header has {width}."


class _Lines:
    """The file's lines for the csv module, with those of the record being read kept, in case it fails."""

    def __init__(self, text: TextIOWrapper) -> None:
        self._text = text
        self._again: deque[str] = deque()
        self.of_record: list[str] = []
        self._length = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(MAX_RECORD)
        self._length += len(line)
        if not line:
            raise StopIteration
        self.of_record.append(line)
        if self._length >= MAX_RECORD:
            raise csv.Error("too long")
        return line

    def record_is_done(self) -> None:
        self.of_record = []
        self._length = 0

    def give_up_record(self) -> str:
        """Its first line; the others are to be read again, each from its start."""
        first, *rest = self.of_record
        self._again.extendleft(reversed(rest))
        self.record_is_done()
        return first


def _parsed(text: TextIOWrapper, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Every record's cells, or its first line and a fault: a quote that never closes spoils only its own line."""
    csv.field_size_limit(MAX_RECORD)
    lines = _Lines(text)
    while True:
        try:
            for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                yield cells, ""
                lines.record_is_done()
            return
        except csv.Error as error:
            if not lines.of_record:
                return
            never_closes = "unexpected end" in str(error) or "too long" in str(error)
            yield [lines.give_up_record().rstrip("\r\n")], _OPEN_QUOTE if never_closes else _UNEVEN_QUOTES


def _delimiter_of(file: BinaryIO, encoding: Encoding) -> tuple[str, int]:
    """The delimiter, and how many lines stand before the header: Excel may name it in a line such as `sep=;`."""
    with text_of_file(file, encoding) as text:
        sample = text.read(_SAMPLE_CHARACTERS)
    first = sample.split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and first[4:5] in DELIMITERS:
        return first[4:5] or "\t", 1
    lines = sample.splitlines(keepends=True)
    if len(sample) == _SAMPLE_CHARACTERS and len(lines) > 1:
        lines.pop()
    return max(DELIMITERS, key=lambda delimiter: _fitness(lines, delimiter)), 0


def _fitness(lines: Iterable[str], delimiter: str) -> tuple[int, float, int]:
    """Known fields among the headers, then how many rows are as long as the header, then the number of columns."""
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(lines, delimiter=delimiter):
            if any(cells):
                rows.append(cells)
            if len(rows) > _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    if not rows or len(rows[0]) < 2:
        return (known_fields(rows[0]) if rows else 0, 0, 0)
    lengths = Counter(len(cells) for cells in rows)
    return known_fields(rows[0]), lengths[len(rows[0])] / len(rows), len(rows[0])
