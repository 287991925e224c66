"""Phones as E.164: what is understood and what is not, found in any spelling, and under the phone's own right."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.fields import FIELDS, Kind
from apps.contacts.history.undo import restore, undo
from apps.contacts.models import Change, Contact, Operation
from apps.contacts.operations import delete_contacts, edit_contact
from apps.contacts.phones import e164_column, looks_like_a_number, numbers_among, place_of
from apps.contacts.queries import search_page
from apps.contacts.search import Search

pytestmark = pytest.mark.django_db

OPERATOR = Access.of_operator()


def e164(phone: str, country: str = "", state: str = "") -> str:
    return str(_asked("SELECT a360_e164(%s, %s, %s)", phone, country, state))


def key(phone: str, country: str = "", state: str = "") -> str:
    return str(_asked("SELECT a360_phone_key(%s, a360_e164(%s, %s, %s))", phone, phone, country, state))


def _asked(sql: str, *values: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def found(query: str, access: Access = OPERATOR) -> list[str]:
    search = Search.parse(QueryDict(query), access)
    assert search.problems == ()
    page = search_page(search, access)
    assert page.count.number == len(page.ids)
    names = dict(Contact.objects.values_list("pk", "first_name"))
    return sorted(names[pk] for pk in page.ids)


# What is understood


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("+12025550143", "+12025550143"),
        ("+1 (202) 555-0143", "+12025550143"),
        ("+1.202.555.0143", "+12025550143"),
        ("+1 202 555 0143 x12", "+12025550143"),
        ("+1 202 555 0143, ext. 12", "+12025550143"),
        ("+1 202 555 0143 Extension 12", "+12025550143"),
        ("+1-202-555-0143;ext=12", "+12025550143"),
        ("+1 202 555 0143 #12", "+12025550143"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("(+44) (0) 20 7946 0018", "+442079460018"),
        ("0044 20 7946 0018", "+442079460018"),
        ("0044 (0)20 7946 0018", "+442079460018"),
        ("+49\u00a089\u2009999\u201198\u2013123", "+498999998123"),
        ("+39 06 1234 5678", "+390612345678"),
        ("+39 (0)6 1234 5678", "+390612345678"),
        ("+225 07 12 34 56 78", "+2250712345678"),
        ("+290 1234", ""),  # seven digits
        ("+49 89 123456789012", ""),  # sixteen
        ("+44 020 7946 0018", ""),  # a trunk digit that cannot be dialled there
        ("+0 20 7946 0018", ""),
        ("+1 102 555 0143", ""),  # no area code of North America
        ("+1 202 155 0143", ""),
        ("+1 555 0143", ""),
        ("+1 800 FLOWERS", ""),
        ("+1 800 XEROX", ""),
        ("+1 202 555 0143 / 0144", ""),  # two numbers
        ("+1 202 555 0143 or +1 202 555 0199", ""),
        ("++12025550143", ""),
        ("a202555014", ""),
        ("+", ""),
        ("x12", ""),
        ("", ""),
    ],
)
def test_a_number_with_its_country_code_is_understood_or_left_alone(phone, expected):
    assert e164(phone) == expected


@pytest.mark.parametrize(
    "country", ["United States", "usa", "US", "U.S.A.", "Canada", "Puerto Rico", "Jamaica"]
)
@pytest.mark.parametrize(
    "phone", ["202-555-0143", "(202) 555-0143", "2025550143", "1-202-555-0143", "202.555.0143 x9"]
)
def test_a_national_number_is_understood_by_its_country_in_north_america(phone, country):
    assert e164(phone, country) == "+12025550143"


@pytest.mark.parametrize(
    ("phone", "country", "state"),
    [
        ("202-555-0143", "", ""),  # nobody says where
        ("202-555-0143", "Mexico", ""),
        ("202-555-0143", "Germany", "CA"),  # the country counts, and not the state
        ("202-555-0143", "", "Bavaria"),
        ("347 123 4567", "", "MI"),  # Milan: spaces as everybody writes them
        ("98765 43210", "", "GA"),  # Goa
        ("102-555-0143", "Canada", ""),
        ("202-155-0143", "Canada", ""),
        ("555-0143", "United States", ""),
        ("011 44 20 7946 0018", "United States", ""),
        ("020 7946 0018", "United Kingdom", ""),
    ],
)
def test_a_national_number_elsewhere_is_not_guessed(phone, country, state):
    assert e164(phone, country, state) == ""


@pytest.mark.parametrize("phone", ["202-555-0143", "(202) 555-0143", "1-202-555-0143", "202-555-0143 x12"])
def test_a_us_state_and_the_north_american_way_of_writing_say_it_too(phone):
    assert e164(phone, "", "DC") == "+12025550143"


numbers = st.one_of(
    st.from_regex(r"1[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True),
    st.tuples(
        st.sampled_from(["44", "49", "33", "91", "86", "7", "351", "420", "971"]),
        st.from_regex(r"[1-9][0-9]{7,10}", fullmatch=True),
    ).map("".join),
)
separators = st.sampled_from(["", " ", "-", ".", "\u00a0", "\u2011", " - "])
extensions = st.sampled_from(["", " x12", " ext. 7", ", ext 1234", "#5", " extension 99"])


@st.composite
def spellings(draw: Any) -> tuple[str, str]:
    """A number's digits with its country code, and one of the ways to write it."""
    digits = draw(numbers)
    written = digits[0] + "".join(draw(separators) + digit for digit in digits[1:])
    return digits, draw(st.sampled_from(["+", "00", "+ "])) + written + draw(extensions)


@given(spellings())
def test_every_spelling_of_a_number_is_that_number(spelling):
    digits, written = spelling
    assert e164(written) == f"+{digits}"
    assert key(written) == key(f"+{digits}")


places = st.sampled_from(
    [("", ""), ("US", ""), ("Canada", "ON"), ("", "CA"), ("Italy", "MI"), ("France", "")]
)
signs = st.text(st.sampled_from("0123456789+-.() x#ext/,\u00a0é\u0661"), max_size=30)
shapes = st.from_regex(
    r"(\+|00|1[- ]?|0)?\(?[0-9]{3}\)?[- .][0-9]{3}[- .][0-9]{4}( x[0-9]{1,3})?", fullmatch=True
)


@given(st.one_of(signs, shapes, st.text(max_size=30).filter(lambda text: "\0" not in text)), places)
def test_nothing_is_invented(phone, place):
    """Whatever comes out is a number of 8 to 15 digits, all of them written there in that order, but for a 1 before."""
    number = e164(phone, *place)
    if not number:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{7,14}", number)
    assert e164(number) == number
    written = re.sub(r"[^0-9]", "", re.split("[x#e]", phone, maxsplit=1)[0])
    assert is_subsequence(number.removeprefix("+1"), written) or is_subsequence(number[1:], written)


def is_subsequence(short: str, long: str) -> bool:
    rest = iter(long)
    return all(sign in rest for sign in short)


@given(st.one_of(signs, shapes), places)
def test_what_a_number_is_found_by_says_nothing_of_its_country(phone, place):
    assert key(phone, *place) == key(phone)


# Beside every phone


def test_every_phone_has_its_column_and_its_places():
    phones = [field.name for field in FIELDS.values() if field.kind is Kind.PHONE]
    generated = {field.name for field in Contact._meta.concrete_fields if field.generated}
    assert generated == {"linkedin_path", *map(e164_column, phones)}
    assert {place_of(name)[0] for name in phones} <= FIELDS.keys()
    assert not generated & FIELDS.keys()


def test_each_phone_is_understood_by_the_place_where_it_stands(make_contact: Callable[..., Contact]):
    phones = {name: "202-555-0143" for name in FIELDS if FIELDS[name].kind is Kind.PHONE}
    contact = make_contact(**phones, country="Mexico", company_country="United States")
    known = {name for name in phones if getattr(contact, e164_column(name))}
    assert known == {"company_phone", "corporate_phone"}


def test_an_edit_of_the_phone_or_the_country_moves_the_number(make_contact: Callable[..., Contact]):
    contact = make_contact(first_name="Ana", mobile_phone="202-555-0143")
    assert contact.mobile_phone_e164 == ""
    for values, expected in (
        ({"country": "USA"}, "+12025550143"),
        ({"mobile_phone": "+44 20 7946 0018"}, "+442079460018"),
        ({"mobile_phone": "ask Ben, 1"}, ""),
    ):
        contact.refresh_from_db()
        edit_contact(contact.pk, access=OPERATOR, values=values, seen_version=contact.version)
        contact.refresh_from_db()
        assert contact.mobile_phone_e164 == expected
    assert [change.after for change in Change.objects.filter(action="update").order_by("id")] == [
        {"country": "USA"},
        {"mobile_phone": "+44 20 7946 0018"},
        {"mobile_phone": "ask Ben, 1"},
    ]


@pytest.mark.parametrize("count", [1, 40])  # few rows and many take different ways through the log
def test_generated_columns_are_no_change_in_themselves(count):
    Contact.objects.bulk_create(
        Contact(
            first_name="Ana",
            mobile_phone="+1 202 555 0143",
            person_linkedin_url=f"https://linkedin.com/in/a{n}",
        )
        for n in range(count)
    )
    Change.objects.all().delete()
    Contact.objects.update(mobile_phone="+1 202 555 0143")
    assert not Change.objects.exists()
    assert set(Contact.objects.values_list("version", flat=True)) == {1}
    Contact.objects.update(mobile_phone="+1-202-555-0143")
    assert {str(change.after) for change in Change.objects.all()} == {"{'mobile_phone': '+1-202-555-0143'}"}
    assert Change.objects.count() == count


def test_delete_restore_and_undo_bring_the_number_with_them(make_contact: Callable[..., Contact]):
    contact = make_contact(first_name="Ana", mobile_phone="+1 202 555 0143")
    delete_contacts([contact.pk], access=OPERATOR)
    kept = Change.objects.get(action="delete").before or {}
    assert kept["mobile_phone"] == "+1 202 555 0143"
    assert not {name for name in kept if name.endswith("_e164") or name == "linkedin_path"}
    restore([contact.pk], access=OPERATOR)
    contact.refresh_from_db()
    assert contact.mobile_phone_e164 == "+12025550143"

    edit_contact(
        contact.pk, access=OPERATOR, values={"mobile_phone": "none at 1"}, seen_version=contact.version
    )
    outcome = undo(Operation.objects.latest("id"), access=OPERATOR)
    contact.refresh_from_db()
    assert (outcome.cells, outcome.kept) == (1, [])
    assert (contact.mobile_phone, contact.mobile_phone_e164) == ("+1 202 555 0143", "+12025550143")


# Found in any spelling


@pytest.fixture
def people(make_contact: Callable[..., Contact]) -> None:
    make_contact(first_name="Ana", mobile_phone="(202) 555-0143", country="United States")
    make_contact(first_name="Ben", home_phone="+1 202.555.0143 x12")
    make_contact(first_name="Cy", corporate_phone="202-555-0143")  # of an unknown country
    make_contact(first_name="Dee", work_direct_phone="+44 (0)20 7946 0018")
    make_contact(first_name="Eli", mobile_phone="555-0143", country="Spain")


@pytest.mark.parametrize(
    "text",
    [
        "(202) 555-0143",
        "202 555 0143",
        "202.555.0143",
        "1 202 555 0143",
        "+12025550143",
        "%2B12025550143",
        "%2B1 (202) 555-0143, ext. 12",
        "001 202 555 0143",
    ],
)
@pytest.mark.usefixtures("people")
def test_the_search_finds_a_number_however_it_is_typed(text):
    assert found(f"q={text}") == ["Ana", "Ben", "Cy"]


@pytest.mark.usefixtures("people")
def test_a_number_is_also_found_as_any_text_is_and_beside_other_words(make_contact):
    make_contact(first_name="Fay", title="Since 2025550143")
    assert found("q=2025550143") == ["Ana", "Ben", "Cy", "Fay"]
    assert found("q=ana 202-555-0143") == ["Ana"]
    assert found("q=020 7946 0018") == ["Dee"]
    assert found("q=442079460018") == ["Dee"]
    assert found("q=%2B44 20 7946 0018") == ["Dee"]
    assert found("q=5550143") == ["Eli", "Fay"]
    assert found("q=ana ben 2025550143") == []


def test_a_number_typed_without_its_country_may_be_any_country_s(make_contact: Callable[..., Contact]):
    make_contact(first_name="Ana", mobile_phone="+1 202 555 0143")
    make_contact(first_name="Dee", mobile_phone="+44 20 2555 0143")
    assert found("q=202 555 0143") == ["Ana", "Dee"]
    assert found("q=%2B44 20 2555 0143") == ["Dee"]
    assert found("mobile_phone__not=%2B44 20 2555 0143") == ["Ana"]


@pytest.mark.usefixtures("people")
def test_a_filter_by_phone_is_by_number_and_not_can_turn_it_round():
    assert found("mobile_phone=2025550143") == ["Ana"]
    assert found("mobile_phone=%2B1 202 555 0143&mobile_phone=5550143") == ["Ana", "Eli"]
    assert found("mobile_phone=%2B44 202 555 0143") == []  # another country's
    assert found("home_phone=202-555-0143") == ["Ben"]
    assert found("mobile_phone__not=2025550143") == ["Ben", "Cy", "Dee", "Eli"]
    assert found("mobile_phone=(202)") == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["Ana", "(202)", "555-0143"], [["Ana"], ["(202)", "555-0143"]]),
        (
            ["+1", "202", "555", "0143", "ext.", "12", "Ana"],
            [["+1", "202", "555", "0143", "ext.", "12"], ["Ana"]],
        ),
        (["12", "Main", "x"], [["12"], ["Main"], ["x"]]),
        ([], []),
    ],
)
def test_words_of_one_number_are_taken_together(words, expected):
    assert list(numbers_among(words)) == expected


@pytest.mark.parametrize("text", ["", "555", "anna", "12 Main", "1" * 40, "2025550143 a", "٢٠٢٥٥٥٠١٤٣"])
def test_not_everything_is_a_number(text):
    assert not looks_like_a_number(text)


# Under the phone's own right


def reader(*columns: str) -> AdminUser:
    rights = dict.fromkeys(columns, "read")
    return AdminUser.objects.create_user("r@staff.example", name="Rea", role="user", column_rights=rights)


@pytest.mark.usefixtures("people")
def test_a_hidden_phone_is_not_found_by_its_number():
    access = Access.of(reader("first_name", "mobile_phone", "country", "state"))
    assert found("q=202-555-0143", access) == ["Ana"]
    search = Search.parse(QueryDict("home_phone=202-555-0143"), access)
    assert [problem.message for problem in search.problems] == ["There is no such filter."]


@pytest.mark.parametrize("country", ["United States", "Mexico", ""])
def test_a_hidden_country_is_not_told_by_the_number(make_contact, sign_in, country):
    person = reader("first_name", "mobile_phone")
    contact = make_contact(first_name="Ana", mobile_phone="202-555-0143", country=country)
    page = sign_in(person).get(reverse("contact_detail", args=[contact.pk])).content.decode()
    assert 'href="tel:2025550143"' in page
    assert "+1202" not in page
    access = Access.of(person)
    assert found("q=%2B12025550143", access) == ["Ana"]
    assert found("mobile_phone=%2B442025550143", access) == ["Ana"]  # it may be, for all they know


def test_the_record_dials_the_number_and_shows_what_was_written(make_contact, sign_in, user):
    contact = make_contact(
        first_name="Ana", mobile_phone="(202) 555-0143", country="US", other_phone="020 7946 0018"
    )
    page = sign_in(user).get(reverse("contact_detail", args=[contact.pk])).content.decode()
    assert page.count('href="tel:+12025550143"') == 2  # the field, and the button at the head
    assert ">(202) 555-0143</a>" in page
    assert 'href="tel:02079460018"' in page
