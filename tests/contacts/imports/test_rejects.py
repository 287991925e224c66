"""The file of rejects, imported again: what was repaired goes in, what was not comes out with the same reason."""

import csv
import io

import pytest

from apps.contacts.imports.importing import ImportResult
from apps.contacts.models import Contact
from tests.contacts.imports.conftest import balance, rejects

pytestmark = pytest.mark.django_db

HEAD = "First name,Email,Company\n"
TOO_FEW = "The row has too few cells: 1, where the header has 3."
TOO_MANY = "The row has too many cells: 4, where the header has 3."


def text_of(result: ImportResult) -> str:
    assert result.rejects_file is not None
    return result.rejects_file.read_text(encoding="utf-8-sig")


def edited(result: ImportResult, **cells: str) -> str:
    """The file of rejects with the cells of its only row changed, as a spreadsheet would write it."""
    (row,) = rejects(result)
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerow(row | {name.replace("_name", " name"): value for name, value in cells.items()})
    return text.getvalue()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Cleo", TOO_FEW),
        ("Cleo,cleo@x.example,Acme,extra", TOO_MANY),
        ('Cleo "the cat",cleo@x.example', ""),
        ('"Cleo" B,cleo@x.example,Acme', "The quotation marks in this line are uneven"),
        ('"Cleo,cleo@x.example,Acme', "A quotation mark opens in this line and never closes"),
        ("Cleo,wrong,Acme", "Email “wrong”: This is not an e-mail address"),
        ("'=Cleo,wrong,Acme", "Email “wrong”: This is not an e-mail address"),
    ],
)
def test_what_nobody_repaired_is_rejected_again_and_again_with_the_same_reason(bring_in, row, reason):
    first = bring_in(f"{HEAD}{row}\n")
    balance(first, rejected=1)
    assert reason in rejects(first)[0]["_reason"]
    again = bring_in(text_of(first))
    balance(again, rejected=1)
    assert text_of(again) == text_of(first)
    assert text_of(bring_in(text_of(again))) == text_of(first)
    assert not Contact.objects.exists()


@pytest.mark.parametrize(
    "repair",
    [
        {"Email": "cleo@x.example"},
        {"Company": "Acme"},
        {"_reason": ""},  # somebody looked, and it is right as it is
        {"Email": "cleo@x.example", "_reason": "", "_row": ""},
    ],
)
def test_a_row_that_was_too_short_goes_in_once_repaired(bring_in, repair):
    short = bring_in(f"{HEAD}Cleo\n")
    balance(bring_in(edited(short, **repair)), created=1)
    cleo = Contact.objects.get()
    assert (cleo.first_name, cleo.email, cleo.company, cleo.custom) == (
        "Cleo",
        repair.get("Email", ""),
        repair.get("Company", ""),
        {},
    )


def test_another_cell_corrected_does_not_say_where_the_missing_ones_belong(bring_in):
    short = bring_in(f"{HEAD}Cleo\n")
    balance(bring_in(edited(short, First_name="Cleopatra")), rejected=1)


def test_a_row_with_uneven_quotes_goes_in_once_its_cells_are_apart(bring_in):
    first = bring_in(f'{HEAD}"Cleo" B,cleo@x.example,Acme\n')
    balance(bring_in(edited(first, First_name='"Cleo" B', Email="cleo@x.example", Company="Acme")), created=1)
    balance(bring_in(edited(first, First_name="Dan")), created=1)


def test_a_row_with_too_many_cells_goes_in_once_they_are_fewer(bring_in):
    first = bring_in(f"{HEAD}Cleo,cleo@x.example,Acme,extra\n")
    balance(bring_in(text_of(first).replace(",extra", "")), created=1)


def test_an_ordinary_row_goes_in_once_repaired_whatever_became_of_our_columns(bring_in):
    first = bring_in(f"{HEAD}Ana,ana(at)x.example,Acme\nBob,bob(at)x.example,Acme\n")
    head, ana, bob = text_of(first).replace("(at)", "@").splitlines()
    without = ",".join(bob.split(",")[:3])  # taken off by hand
    balance(bring_in(f"{head}\n{ana}\n{without}\n"), created=2)
    assert not Contact.objects.exclude(custom={}).exists()


def test_columns_may_be_moved_in_a_spreadsheet(bring_in):
    reason = f'"{TOO_FEW}"'
    moved = f"_row,_reason,First name,Email,Company\n2,{reason},Cleo,,\n3,{reason},Dan,,Acme\n"
    result = bring_in(moved)
    balance(result, created=1, rejected=1)
    assert rejects(result) == [
        {"First name": "Cleo", "Email": "", "Company": "", "_row": "2", "_reason": TOO_FEW}
    ]


def test_a_column_of_that_name_in_another_file_is_a_column_like_others(bring_in):
    balance(bring_in(f'First name,Email,_reason\nCleo,,"{TOO_FEW}"\n'), created=1)
