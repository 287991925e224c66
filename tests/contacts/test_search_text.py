"""What is typed or pasted into the search box: the words, the filters that prefixes make, and who may use which."""

from collections.abc import Callable

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.fields import FIELDS
from apps.contacts.models import Contact, Industry
from apps.contacts.pages.chips import chips_of
from apps.contacts.queries import search_page
from apps.contacts.search import Search
from apps.contacts.search_text import normal, prefixes, take_apart, unknown_prefixes
from tests.cast import CLERKS_COLUMNS

ALL = Access.of_operator()
CLERK = Access(1, "c@x.example", "user", readable=frozenset(CLERKS_COLUMNS))


def search_of(text: str, access: Access = ALL, **more: str) -> Search:
    parameters = QueryDict(mutable=True)
    parameters.update({"q": text, **more})
    return Search.parse(parameters, access)


def read(text: str, access: Access = ALL) -> tuple[str, dict[str, list[str]]]:
    parts = take_apart(text, access)
    return parts.text, parts.parameters


@pytest.mark.parametrize(
    ("text", "words", "parameters"),
    [
        ("ada byron", "ada byron", {}),
        ("Byron, Ada", "Byron Ada", {}),
        ("company:acme ada", "ada", {"company__contains": ["acme"]}),
        ('Company:"Acme Inc" ada', "ada", {"company__contains": ["Acme Inc"]}),
        ("company:“Acme Inc”", "", {"company__contains": ["Acme Inc"]}),
        ("-company:acme", "", {"company__not_contains": ["acme"]}),
        ("company: acme ada", "ada", {"company__contains": ["acme"]}),
        ("company:", "", {}),
        ("company: title:cto", "", {"title__contains": ["cto"]}),
        ("company:acme company:orchid", "", {"company__contains": ["acme", "orchid"]}),
        ("email:ada@", "", {"email__contains": ["ada@"]}),
        ("e-mail:ada@", "", {"email__contains": ["ada@"]}),
        ("E_MAIL:ada@", "", {"email__contains": ["ada@"]}),
        ('email:""', "", {"email__empty": ["true"]}),
        ('-email:""', "", {"email__empty": ["false"]}),
        ("title:cto city:pune", "", {"title__contains": ["cto"], "city__contains": ["pune"]}),
        ("job-title:cto", "", {"title__contains": ["cto"]}),
        ("tag:webinar -tags:old", "", {"tags__contains": ["webinar"], "tags__not_contains": ["old"]}),
        ("name:ada", "", {"name__contains": ["ada"]}),
        ('name:"ada byron"', "", {"name__contains": ["ada byron"]}),
        ("seniority:vp -stage:cold", "", {"seniority": ["vp"], "stage__not": ["cold"]}),
        ("industry:Software", "", {"industry": ["Software"]}),
        ("employees:>=100", "", {"employees__gte": ["100"]}),
        ("revenue:<10M", "", {"annual_revenue__lte": ["10M"]}),
        ("employees:11-20", "", {"employees": ["11-20"]}),
        ("employees:15..90", "", {"employees__gte": ["15"], "employees__lte": ["90"]}),
        ("phone:+1 (202) 555-0143 ada", "ada", {"phone": ["+1 (202) 555-0143"]}),
        ("-phone:2025550143", "", {"phone__not": ["2025550143"]}),
        ("phone:0143", "", {"phone__contains": ["0143"]}),
        ("mobile:2025550143", "", {"mobile_phone": ["2025550143"]}),
        ("location:pune", "", {"location__contains": ["pune"]}),
        ("Ada Byron <ada@x.example>", "ada@x.example", {}),
        ('"Byron, Ada" <ada@x.example>', "ada@x.example", {}),
        ("Ada <a@x.example>, Bob <b@x.example>;", "", {"email": ["a@x.example", "b@x.example"]}),
        ("a@x.example; b@x.example", "", {"email": ["a@x.example", "b@x.example"]}),
        ("mailto:ada%40x.example?subject=Hello%20you", "ada@x.example", {}),
        ("mailto:a@x.example,b@x.example", "", {"email": ["a@x.example", "b@x.example"]}),
        ("tel:+1 (202) 555-0143", "+1 (202) 555-0143", {}),
        ("tel:+1-202-555-0143;phone-context=x", "+1-202-555-0143", {}),
        ("tel:%2B12025550143", "+12025550143", {}),
        (
            "https://www.linkedin.com/in/ada-b/?trk=x",
            "",
            {"person_linkedin_url": ["https://www.linkedin.com/in/ada-b/?trk=x"]},
        ),
        ("linkedin.com/in/ada", "", {"person_linkedin_url": ["linkedin.com/in/ada"]}),
        ('"vice president" acme', '"vice president" acme', {}),
        ('"acme', "acme", {}),
        # No prefixes: an address, a time, a word that nobody calls a column.
        ("https://acme.example/x", "https://acme.example/x", {}),
        ("12:30", "12:30", {}),
        ("nosuch:thing", "nosuch:thing", {}),
        ("custom:x version:1 linkedin_path:x", "custom:x version:1 linkedin_path:x", {}),
        ("-", "-", {}),
        ("", "", {}),
    ],
)
def test_is_read_as_people_mean_it(text: str, words: str, parameters: dict[str, list[str]]) -> None:
    assert read(text) == (words, parameters)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_field_has_the_prefixes_of_its_name_and_its_label(name: str) -> None:
    known_as = prefixes(ALL)
    assert known_as[normal(name)] == name
    assert known_as[normal(FIELDS[name].label)] == name


@pytest.mark.parametrize("name", sorted(set(FIELDS) - set(CLERKS_COLUMNS)))
def test_the_prefix_of_a_hidden_column_is_as_unknown_as_any(name: str) -> None:
    for prefix in (name, FIELDS[name].label.replace(" ", "-"), *FIELDS[name].aliases):
        for sign in ("", "-"):
            text = f"{sign}{prefix.replace(' ', '-')}:x"
            found = read(text, CLERK)
            assert name not in prefixes(CLERK).values()
            if normal(prefix) not in prefixes(CLERK):  # "account" is also what a company is called
                assert found == (text, {})
                assert unknown_prefixes(text) in ([text.removesuffix("x").removeprefix("-")], [])
    assert search_of(f"{name}:x", CLERK).problems == search_of("nosuch:x", CLERK).problems == ()


def test_what_is_pasted_is_no_way_around_a_hidden_column() -> None:
    assert read("Ada Byron <ada@x.example>", CLERK) == ("Ada Byron", {})
    assert read("a@x.example b@x.example", CLERK) == ("a@x.example b@x.example", {})
    assert read("linkedin.com/in/ada", CLERK) == ("linkedin.com/in/ada", {})
    assert read("phone:2025550143", CLERK) == ("phone:2025550143", {})
    assert read("name:ada", CLERK) == ("", {"name__contains": ["ada"]})


def test_typed_filters_join_those_of_the_panel() -> None:
    search = search_of("company:acme title:cto ada", company__contains="orchid", seniority="VP")
    assert [(found.parameter, found.raw) for found in search.filters] == [
        ("company__contains", ("orchid", "acme")),
        ("seniority", ("VP",)),
        ("title__contains", ("cto",)),
    ]
    assert search.text == "ada"
    assert [f"{chip.label}: {chip.text}" for chip in chips_of(search)] == [
        "Text: “ada”",
        "Company: contains orchid, acme",
        "Seniority: VP",
        "Title: contains cto",
    ]


def test_a_typed_value_that_means_nothing_is_named() -> None:
    [problem] = search_of("employees:many ada").problems
    assert problem.parameter == "employees"
    assert search_of("employees:many ada").text == "ada"


anything = st.text(
    st.one_of(st.sampled_from("abc:-\"'<>@,; .+()0123456789"), st.characters(codec="utf-8")), max_size=60
)
pieces = st.lists(
    st.one_of(
        anything,
        st.sampled_from(
            [
                "company:",
                "-title:x",
                'name:"a b',
                "email:",
                '""',
                "tel:+1",
                "mailto:a@b",
                "<a@b.c>",
                "phone:+1",
                '"',
                '"mailto:a',
                '"tel:',
            ]
        ),
    ),
    max_size=6,
).map(" ".join)


@given(pieces)
def test_any_text_becomes_a_search_that_its_address_gives_back(text: str) -> None:
    for access in (ALL, CLERK):
        search = search_of(text, access)
        again = Search.parse(QueryDict(search.query_string()), access)
        assert again == search


@pytest.fixture
def people(make_contact: Callable[..., Contact]) -> None:
    software = Industry.objects.create(name="Software")
    make_contact(
        first_name="Ada",
        last_name="Byron",
        title="Countess",
        company="Acme Inc",
        email="ada@acme.example",
        work_direct_phone="(202) 555-0143",
        country="United States",
        city="Austin",
        industry=software,
        tags=["webinar"],
        person_linkedin_url="https://www.linkedin.com/in/ada-byron",
    )
    make_contact(
        first_name="Bea", last_name="Ng", title="Intern", company="Acme Labs", email="b@acme.example"
    )
    make_contact(first_name="Cem", last_name="Byron", title="Vice President", company="Orchid", city="Pune")


def found(text: str, access: Access = ALL) -> list[str]:
    page = search_page(search_of(text, access), access)
    assert page.count.number == len(page.ids)
    names = dict(Contact.objects.values_list("pk", "first_name"))
    return [names[pk] for pk in page.ids]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Byron, Ada", ["Ada"]),
        ("Ada Byron <ada@acme.example>", ["Ada"]),
        ("mailto:ada@acme.example", ["Ada"]),
        ("ada@acme.example, b@acme.example", ["Ada", "Bea"]),
        ("tel:+1 (202) 555-0143", ["Ada"]),
        ("+1 202 555 0143", ["Ada"]),
        ("1.202.555.0143", ["Ada"]),
        ("phone:+12025550143", ["Ada"]),
        ("-phone:+12025550143", ["Cem", "Bea"]),
        ("phone:555-01", ["Ada"]),
        ("https://linkedin.com/in/ada-byron?x=1", ["Ada"]),
        ("company:acme", ["Ada", "Bea"]),
        ('company:"acme inc"', ["Ada"]),
        ("-company:acme", ["Cem"]),
        ("company:acme -title:intern", ["Ada"]),
        ("name:byron", ["Ada", "Cem"]),
        ('name:"byron ada"', ["Ada"]),
        ("-name:byron", ["Bea"]),
        ("name:acme", []),
        ("city:aus", ["Ada"]),
        ("-city:aus", ["Cem", "Bea"]),
        ("location:pun", ["Cem"]),
        ("-location:united", ["Cem", "Bea"]),
        ("tag:webi", ["Ada"]),
        ("-tag:webi", ["Cem", "Bea"]),
        ("industry:software", ["Ada"]),
        ('email:""', ["Cem"]),
        ('"vice president"', ["Cem"]),
        ('"president vice"', []),
        ("president vice", ["Cem"]),
    ],
)
def test_finds(people: None, text: str, expected: list[str]) -> None:
    assert found(text) == expected


@pytest.mark.django_db
def test_what_no_readable_column_can_hold_is_found_nowhere(people: None, user: AdminUser) -> None:
    user.column_rights = {
        "corporate_phone": "read",
        "country": "read",
    }  # no phone that is searched by its parts
    assert found("phone:555 country:united", Access.of(user)) == []
    assert found("-phone:555 country:united", Access.of(user)) == ["Ada"]


@pytest.mark.django_db
def test_a_name_is_looked_for_in_the_columns_that_may_be_read(people: None, clerk: AdminUser) -> None:
    only_first = Access(1, "x", "user", Access.of(clerk).capabilities, frozenset({"first_name"}))
    assert found("name:byron", Access.of(clerk)) == ["Ada", "Cem"]
    assert found("name:byron", only_first) == []
    assert found("name:ada", only_first) == ["Ada"]
