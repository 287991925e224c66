"""Public data about the United States Congress becomes contacts that a person recognises, with nothing dropped.

The excerpts in data/ hold the odd cases; the full files stand beside the project where it was made, not in a clone.
"""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from apps.contacts.models import Contact
from tests.contacts.imports.conftest import balance, changes_of

pytestmark = pytest.mark.django_db

DATA = Path(__file__).with_name("data")
FULL = settings.BASE_DIR.parent / "shared" / "data"
EXCERPTS = (DATA / "legislators.csv", DATA / "offices.csv")
FULL_FILES = (FULL / "us_legislators.csv", FULL / "us_legislator_offices.csv")

both = pytest.mark.parametrize(
    ("legislators", "offices"),
    [
        pytest.param(*EXCERPTS, id="excerpts"),
        pytest.param(
            *FULL_FILES,
            id="full files",
            marks=pytest.mark.skipif(not all(map(Path.exists, FULL_FILES)), reason=f"{FULL} is not here"),
        ),
    ],
)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything_of(contact: Contact) -> str:
    """All that the contact holds, as text to look values up in."""
    values: dict[str, Any] = {field.name: getattr(contact, field.attname) for field in Contact._meta.fields}
    return json.dumps(values, default=str, ensure_ascii=False)


@both
def test_legislators_are_recognisable(bring_in, legislators, offices):
    count = len(rows_of(legislators))
    balance(bring_in(legislators), created=count)
    again = bring_in(legislators)
    balance(again, unchanged=count)
    assert changes_of(again) == 0

    maria = Contact.objects.get(contact_id="C000127")
    assert (maria.first_name, maria.last_name, maria.state) == ("Maria", "Cantwell", "WA")
    assert maria.work_direct_phone == "202-224-3441"
    assert maria.website == "https://www.cantwell.senate.gov"
    assert maria.company_address == "511 Hart Senate Office Building Washington DC 20510"
    assert maria.twitter_url == "https://x.com/SenatorCantwell"
    assert maria.facebook_url == "https://www.facebook.com/senatorcantwell"
    assert maria.custom["birthday"] == "1958-10-13"
    assert maria.custom["full_name"] == "Maria Cantwell"
    assert Contact.objects.get(contact_id="L000570").last_name == "Luján"


@both
def test_every_phone_of_both_files_is_understood(bring_in, legislators, offices):
    for path in (legislators, offices):
        bring_in(path)
    for phone in ("work_direct_phone", "other_phone"):
        written = Contact.objects.exclude(**{phone: ""})
        assert written.exists()
        assert not written.filter(**{f"{phone}_e164": ""}).exists()


@both
def test_no_cell_of_the_legislators_is_dropped(bring_in, legislators, offices):
    bring_in(legislators)
    for row in rows_of(legislators):
        text = everything_of(Contact.objects.get(contact_id=row["bioguide_id"]))
        assert [
            value for value in row.values() if json.dumps(value, ensure_ascii=False)[1:-1] not in text
        ] == []


@both
@pytest.mark.parametrize("order", ["legislators first", "offices first"])
def test_offices_join_the_people_they_belong_to(bring_in, legislators, offices, order):
    people = rows_of(legislators)
    for path in (legislators, offices) if order == "legislators first" else (offices, legislators):
        bring_in(path)
    assert Contact.objects.count() == len(people)  # no person invented for an office

    maria = Contact.objects.get(contact_id="C000127")
    assert maria.company_address == "511 Hart Senate Office Building Washington DC 20510"
    assert (maria.work_direct_phone, maria.city, maria.state) == ("202-224-3441", "Everett", "WA")
    assert (maria.first_name, maria.last_name) == ("Maria", "Cantwell")
    assert maria.custom["City"] == ["Everett", "Richland", "Seattle", "Spokane", "Tacoma", "Vancouver"]
    assert maria.custom["Suite"] == ["Suite 9B", "Suite 206", "Suite 3206", "Suite 697", "Suite 615", ""]
    lone = Contact.objects.get(contact_id="S000033")
    assert "Dirksen Senate Office Building" in lone.company_address
    assert (lone.custom["Address"], lone.custom["City"]) == ("1 Church St.", "Burlington")


@both
def test_no_cell_of_the_offices_is_dropped_and_a_second_import_changes_nothing(
    bring_in, legislators, offices
):
    places = rows_of(offices)
    first = bring_in(offices)
    people = len({row["Bioguide ID"] for row in places})
    balance(first, created=people, updated=len(places) - people)
    again = bring_in(offices)
    balance(again, unchanged=len(places))
    assert changes_of(again) == 0
    for row in places:
        text = everything_of(Contact.objects.get(contact_id=row["Bioguide ID"]))
        assert [
            value for value in row.values() if json.dumps(value, ensure_ascii=False)[1:-1] not in text
        ] == []


@both
def test_offices_alone_give_people_with_a_name_a_place_and_a_phone(bring_in, legislators, offices):
    bring_in(offices)
    bishop = Contact.objects.get(contact_id="B000490")
    assert (bishop.first_name, bishop.last_name) == ("Sanford D.", "Bishop")
    assert (bishop.city, bishop.state, bishop.work_direct_phone) == ("Albany", "GA", "229-439-8067")
    assert bishop.custom["Name"] == "Sanford D. Bishop, Jr."
    assert bishop.custom["Office ID"] == ["B000490-albany", "B000490-columbus", "B000490-macon"]
