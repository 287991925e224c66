"""Any CSV that people have is read row by row; what is no CSV is refused in one sentence."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.contacts.imports.errors import ImportFileError
from apps.contacts.imports.reader import MAX_RECORD, Row, open_table
from apps.core.spreadsheet_cells import bare_cell, guarded_cell


@pytest.fixture
def read(tmp_path: Path):
    def rows_of(content: bytes | str) -> list[Row]:
        path = tmp_path / "file.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        with open_table(path) as table:
            first = list(table.rows())
            assert list(table.rows()) == first  # as often as asked
            return first

    return rows_of


HEAD = "First name,Last name,Email\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1251", "shift_jis"]
)
def test_characters_come_out_right(read, encoding):
    name = {"cp1251": "Екатерина Великая", "shift_jis": "日本太郎さんカタカナ"}.get(encoding, "José Müller")
    content = (
        f"{HEAD}{name},Núñez,a@example.com\n"
        if encoding not in {"cp1251", "shift_jis"}
        else f"{HEAD}{name},x,\n" * 20
    )
    assert read(content.encode(encoding))[0].cells[0] == name


def test_a_damaged_byte_spoils_its_row_and_not_the_others(read):
    rows = read(f"{HEAD}José,Núñez,\nMüller,Ægir,\n".encode() + b"Ren\xe9,x,\n")
    assert rows[0].cells[0] == "José"
    assert rows[2].cells[0] == "Ren\udce9"  # which cleaning refuses


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(read, delimiter):
    content = HEAD.replace(",", delimiter) + delimiter.join(['"Ana, B; C|D"', "x", "a@b.example"])
    assert read(content)[0].cells == ["Ana, B; C|D", "x", "a@b.example"]


def test_excel_may_name_the_delimiter_in_the_first_line(read):
    assert read("sep=;\r\nEmail;Title\r\na@b.example;CEO, x, y, z\r\n")[0].cells == [
        "a@b.example",
        "CEO, x, y, z",
    ]


def test_a_single_column_is_a_table(read):
    assert [row.cells for row in read("Email\na@b.example\nc@d.example\n")] == [
        ["a@b.example"],
        ["c@d.example"],
    ]


def test_rows_have_the_numbers_that_a_spreadsheet_shows(read):
    rows = read(f'{HEAD}\n"Ana\nMaria",x,\n,,\n\nBob,y,\n')
    assert [(row.number, row.cells[0]) for row in rows] == [(3, "Ana\nMaria"), (6, "Bob")]


def test_ragged_rows_have_a_fault(read):
    rows = read(f"{HEAD}Ana\nBob,x,b@c.example,,\nCleo,y,c@d.example,extra\n")
    assert "too few cells: 1, where the header has 3" in rows[0].fault
    assert rows[1] == Row(3, ["Bob", "x", "b@c.example"])
    assert "too many cells: 4" in rows[2].fault


def test_a_quote_that_never_closes_spoils_only_its_line(read):
    rows = read(f'{HEAD}"Ana,x,\n' + "Bob,y,\n" * 1000)
    assert "never closes" in rows[0].fault
    assert [row.cells[0] for row in rows[1:]] == ["Bob"] * 1000
    assert rows[-1].number == 1002


def test_uneven_quotes_spoil_only_their_line(read):
    rows = read(f'{HEAD}"Ana "the Rock" Diaz",x,\nBob 5" x,y,\n')
    assert "uneven" in rows[0].fault
    assert rows[1].cells[0] == 'Bob 5" x'


def test_nul_bytes_and_long_lines_survive(read):
    rows = read(f"{HEAD}A\0na,x,\n{'b' * 1_000_000},y,\n")
    assert rows[0].cells[0] == "A\0na"
    assert len(rows[1].cells[0]) == 1_000_000


def test_a_line_without_end_does_not_fill_the_memory(read):
    rows = read(f'{HEAD}"{"x" * (MAX_RECORD + 10)}\nBob,y,\n')
    assert "never closes" in rows[0].fault
    assert rows[-1].cells[0] == "Bob"


def test_headers_without_name_and_repeated_ones_get_one_of_their_own(tmp_path):
    path = tmp_path / "file.csv"
    path.write_text("Email,,Phone,Phone, Phone ,\na@b.example,1,2,3,4,5\n")
    with open_table(path) as table:
        titles = [header.title for header in table.headers]
    assert titles == ["Email", "Column 2", "Phone", "Phone (2)", "Phone (3)", "Column 6"]


def _zip() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("xl/workbook.xml", "<x/>")
    return archive.getvalue()


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "no rows"),
        (HEAD.encode(), "no rows below"),
        (HEAD.encode() + b",,\n\n", "no rows below"),
        (_zip(), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "old Excel"),
        (b"%PDF-1.7\n", "PDF"),
        (bytes(range(256)) * 50, "binary"),
        (b"\xff\xfea", "UTF-16"),
        (b"\x7fELF\x02\x01" + b"\x00A\x00A\xdc\x00" * 2000, "binary"),
    ],
)
def test_what_is_no_csv_is_refused_in_one_sentence(read, content, hint):
    with pytest.raises(ImportFileError, match=hint):
        read(content)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path, hint in ((tmp_path / "nothing.csv", "There is no file"), (tmp_path, "not an ordinary file")):
        with pytest.raises(ImportFileError, match=hint), open_table(path):
            pass


@given(st.text(max_size=20) | st.text(alphabet="'=+-@|%\t\r\n\0 ＝\u200bab", max_size=8))
def test_guarded_cells_come_back_and_are_no_formulas(text: str):
    assert bare_cell(guarded_cell(text)) == text
    assert guarded_cell(text).lstrip(" \t\r\n\0\u200b")[:1] not in {"=", "+", "-", "@", "＝"}
