"""Headers find their fields; what finds none is kept; what a person may not change is left out."""

import json

import pytest

from apps.accounts.access import Access
from apps.contacts.fields import FIELDS
from apps.contacts.imports.errors import MappingError
from apps.contacts.imports.headers import headers_of, known_fields
from apps.contacts.imports.mapping import ColumnPlan, load_mapping, plan_columns
from apps.contacts.imports.names import split_full_name

OPERATOR = Access.of_operator()

APOLLO = {
    "First Name": "first_name",
    "Last Name": "last_name",
    "Title": "title",
    "Company Name": "company",
    "Company Name for Emails": "company_name_for_emails",
    "Email": "email",
    "Email Status": "email_status",
    "Primary Email Catch-all Status": "primary_email_catch_all_status",
    "Seniority": "seniority",
    "Departments": "departments",
    "Contact Owner": "owner",
    "Work Direct Phone": "work_direct_phone",
    "Home Phone": "home_phone",
    "Mobile Phone": "mobile_phone",
    "Corporate Phone": "corporate_phone",
    "Other Phone": "other_phone",
    "Stage": "stage",
    "Lists": "tags",
    "Last Contacted": "last_contacted_at",
    "# Employees": "employees",
    "Industry": "industry",
    "Keywords": "keywords",
    "Person Linkedin Url": "person_linkedin_url",
    "Website": "website",
    "Company Linkedin Url": "company_linkedin_url",
    "Facebook Url": "facebook_url",
    "Twitter Url": "twitter_url",
    "City": "city",
    "State": "state",
    "Country": "country",
    "Company Address": "company_address",
    "Company City": "company_city",
    "Company State": "company_state",
    "Company Country": "company_country",
    "Company Phone": "company_phone",
    "Technologies": "technologies",
    "Annual Revenue": "annual_revenue",
    "Total Funding": "total_funding",
    "Latest Funding": "latest_funding",
    "Latest Funding Amount": "latest_funding_amount",
    "Last Raised At": "last_raised_at",
    "Apollo Contact Id": "contact_id",
    "Apollo Account Id": "account_id",
}


def plan(*titles: str, access: Access = OPERATOR, chosen: dict[str, str] | None = None) -> ColumnPlan:
    return plan_columns(headers_of(titles), access=access, chosen=chosen)


def fields(made: ColumnPlan) -> dict[str, str]:
    return {header.title: name for name, header in made.fields.items()}


def titles(headers) -> list[str]:
    return [header.title for header in headers]


def test_every_column_of_an_apollo_export_finds_its_field():
    made = plan(*APOLLO, "Email Sent", "Replied", "Subsidiary of")
    assert fields(made) == APOLLO
    assert titles(made.custom) == ["Email Sent", "Replied", "Subsidiary of"]


def test_every_writable_field_is_found_by_its_name_and_its_label():
    writable = {name: field for name, field in FIELDS.items() if field.is_writable}
    assert fields(plan(*writable)) == {name: name for name in writable}
    by_label = fields(plan(*(field.label for field in writable.values())))
    assert by_label == {field.label: name for name, field in writable.items()}


def test_fields_that_the_product_sets_are_not_imported():
    assert titles(plan("Email", "created_at", "import_id", "version").custom) == [
        "created_at",
        "import_id",
        "version",
    ]


def test_of_two_columns_for_one_field_the_plainer_name_wins_and_the_other_is_kept():
    made = plan("Phone", "Work Direct Phone", "Telephone")
    assert fields(made) == {"Work Direct Phone": "work_direct_phone"}
    assert titles(made.custom) == ["Phone", "Telephone"]


def test_a_full_name_is_split_only_when_the_parts_are_missing():
    alone, beside = plan("Name", "Email"), plan("full_name", "first_name", "Email")
    assert alone.full_name is not None
    assert alone.full_name.title == "Name"
    assert beside.full_name is None
    assert titles(beside.custom) == ["full_name"]


def test_a_file_of_unknown_columns_is_refused():
    with pytest.raises(MappingError, match="first row must hold names"):
        plan("foo", "bar")


def test_the_columns_of_a_rejects_file_that_we_added_are_not_imported():
    made = plan("Email", "_row", "_reason")
    assert titles(made.left_out) == ["_row", "_reason"]
    assert made.custom == []


def test_a_mapping_has_the_last_word():
    made = plan(
        "Email",
        "Phone",
        "Boss",
        "Secret",
        chosen={"phone": "mobile_phone", "BOSS": "full_name", "Secret": "", "Absent": "city"},
    )
    assert fields(made) == {"Email": "email", "Phone": "mobile_phone"}
    assert made.full_name is not None
    assert titles(made.left_out) == ["Secret"]


@pytest.mark.parametrize("target", ["nonsense", "created_at", "id"])
def test_a_mapping_to_no_field_is_refused(target):
    with pytest.raises(MappingError, match="no field that can be imported"):
        plan("Email", "X", chosen={"X": target})


def test_a_saved_mapping_is_found_by_name_and_a_file_by_its_path(tmp_path):
    (tmp_path / "ours.json").write_text(json.dumps({"Mail": "email"}))
    assert (
        load_mapping("ours", tmp_path)
        == load_mapping(str(tmp_path / "ours.json"), tmp_path)
        == {"Mail": "email"}
    )
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "list.json").write_text("[1]")
    for name in ("absent", "../ours", "broken", "list"):
        with pytest.raises(MappingError):
            load_mapping(name, tmp_path)


def rights(editable: set[str], readable: frozenset[str] | set[str] = frozenset()) -> Access:
    return Access(
        1, "x@staff.example", "user", frozenset(), frozenset(editable | readable), frozenset(editable)
    )


def test_columns_that_a_person_may_not_change_are_left_out_and_not_kept_elsewhere():
    made = plan("First name", "Email", "Phone", "Foo", access=rights({"first_name", "custom"}, {"email"}))
    assert fields(made) == {"First name": "first_name", "Email": "email"}
    assert made.match_only == {"email"}  # they may read it, so it may find contacts
    assert titles(made.left_out) == ["Phone"]
    assert titles(made.custom) == ["Foo"]
    hidden = plan("First name", "Email", "Foo", access=rights({"first_name"}))
    assert fields(hidden) == {"First name": "first_name"}
    assert titles(hidden.left_out) == ["Email", "Foo"]


@pytest.mark.parametrize(
    ("full_name", "first", "last"),
    [
        ("Ana Díaz", "Ana", "Díaz"),
        ("Robert B. Aderholt", "Robert B.", "Aderholt"),
        ("Sanford D. Bishop, Jr.", "Sanford D.", "Bishop"),
        ('Charles J. "Chuck" Fleischmann', "Charles J.", "Fleischmann"),
        ("Díaz, Ana B.", "Ana B.", "Díaz"),
        ("Dr. Ana Díaz, PhD", "Ana", "Díaz"),
        ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
        ("Oscar de la Hoya III", "Oscar", "de la Hoya"),
        ("Madonna", "Madonna", ""),
        ("", "", ""),
        (",", "", ""),
        ("Mr", "Mr", ""),
    ],
)
def test_full_names_are_split_as_people_would(full_name, first, last):
    assert split_full_name(full_name) == (first, last)


def test_known_headers_are_counted_for_the_delimiter():
    assert known_fields(["Name", "E-Mail", "foo"]) == 2
