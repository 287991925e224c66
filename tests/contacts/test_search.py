"""The parameter language: what each parameter finds, what is refused and how."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.fields import FIELDS
from apps.contacts.models import Contact, Industry
from apps.contacts.queries import search_page
from apps.contacts.search import Search

pytestmark = pytest.mark.django_db

ALL = Access.of_operator


def found(query: str, access: Access | None = None) -> list[str]:
    """First names of what a search finds, in its order; the search must have no problems."""
    access = access or ALL()
    search = Search.parse(QueryDict(query), access)
    assert search.problems == ()
    page = search_page(search, access)
    names = dict(Contact.objects.values_list("pk", "first_name"))
    assert page.count.number == len(page.ids)
    return [names[pk] for pk in page.ids]


def problems(query: str, access: Access | None = None) -> list[tuple[str, str]]:
    search = Search.parse(QueryDict(query), access or ALL())
    return [(problem.parameter, problem.message) for problem in search.problems]


@pytest.fixture
def people(make_contact: Callable[..., Contact], admin: AdminUser) -> None:
    software, retail = Industry.objects.create(name="Software"), Industry.objects.create(name="Retail")
    rows: list[dict[str, Any]] = [
        {
            "first_name": "Álvaro",
            "last_name": "de la Cruz",
            "title": "VP Sales",
            "seniority": "VP",
            "departments": ["Sales"],
            "email": "alvaro@orchid.example",
            "email_status": "Verified",
            "company": "Orchid",
            "industry": software,
            "employees": 430,
            "technologies": ["Salesforce", "AWS"],
            "city": "Pune",
            "country": "India",
            "annual_revenue": 18_400_000,
            "last_raised_at": "2024-05-01",
            "person_linkedin_url": "https://www.linkedin.com/in/alvaro-c",
            "owner": admin,
        },
        {
            "first_name": "Bea",
            "last_name": "Ng",
            "title": "Director of Sales",
            "seniority": "Director",
            "departments": ["Sales", "Marketing"],
            "company": "Acme",
            "industry": retail,
            "employees": 15,
            "technologies": ["Zendesk"],
            "city": "Austin",
            "state": "Texas",
            "country": "United States",
            "contact_id": "X-1",
        },
        {
            "first_name": "Cem",
            "last_name": "Öz",
            "title": "Engineer",
            "company": "100%_real",
            "country": "INDIA",
            "do_not_contact": True,
            "tags": ["webinar"],
        },
        {"first_name": "Dee", "last_name": "", "company": "Acme"},
    ]
    for row in rows:
        make_contact(**row)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Álvaro", "Bea", "Cem", "Dee"]),  # by last name, the one without at the end
        ("seniority=VP&seniority=Director", ["Álvaro", "Bea"]),
        ("seniority=vp", ["Álvaro"]),
        ("seniority__not=VP", ["Bea", "Cem", "Dee"]),
        ("seniority__empty=true", ["Cem", "Dee"]),
        ("seniority__empty=false", ["Álvaro", "Bea"]),
        ("country=india", ["Álvaro", "Cem"]),  # every spelling of it
        ("country__not=India", ["Bea", "Dee"]),
        ("location=Texas&location=Pune", ["Álvaro", "Bea"]),
        ("location__not=india", ["Bea", "Dee"]),
        ("location__empty=true", ["Dee"]),
        ("location__contains=exa", ["Bea"]),
        ("departments=marketing", ["Bea"]),
        ("departments__not=Marketing", ["Álvaro", "Cem", "Dee"]),
        ("departments__empty=true", ["Cem", "Dee"]),
        ("technologies=aws&technologies=zendesk", ["Álvaro", "Bea"]),
        ("technologies__contains=force", ["Álvaro"]),
        ("technologies__contains=nosuch", []),
        ("industry=software", ["Álvaro"]),
        ("industry__not=Software", ["Bea", "Cem", "Dee"]),
        ("industry__empty=true", ["Cem", "Dee"]),
        ("industry=Nosuch", []),
        ("employees=11-20", ["Bea"]),
        ("employees=11–20&employees=201-500", ["Álvaro", "Bea"]),
        ("employees=430", ["Álvaro"]),
        ("employees__gte=16", ["Álvaro"]),
        ("employees__lte=430&employees__gte=15", ["Álvaro", "Bea"]),
        ("employees__not=11-20", ["Álvaro", "Cem", "Dee"]),
        ("annual_revenue__gte=18M", ["Álvaro"]),
        ("annual_revenue__empty=false", ["Álvaro"]),
        ("last_raised_at__gte=2024-05-01&last_raised_at__lte=2024-05-01", ["Álvaro"]),
        ("created_at__gte=2000-01-01", ["Álvaro", "Bea", "Cem", "Dee"]),
        ("created_at__lte=2000-01-01", []),
        ("created_at__lte=9999-12-31", ["Álvaro", "Bea", "Cem", "Dee"]),  # no day comes after it
        ("created_at=9999-12-31T23:59:59.999999", []),
        ("email=ALVARO@orchid.example", ["Álvaro"]),
        ("email__empty=true", ["Bea", "Cem", "Dee"]),
        ("email_status=verified", ["Álvaro"]),
        ("person_linkedin_url=linkedin.com/in/Alvaro-C/?x=1", ["Álvaro"]),
        ("person_linkedin_url__empty=false", ["Álvaro"]),
        ("contact_id=X-1", ["Bea"]),
        ("do_not_contact=true", ["Cem"]),
        ("do_not_contact__not=true", ["Álvaro", "Bea", "Dee"]),
        ("tags=Webinar", ["Cem"]),
        ("owner=ada@staff.example", ["Álvaro"]),
        ("owner__empty=true", ["Bea", "Cem", "Dee"]),
        ("first_name=alvaro", ["Álvaro"]),
        ("first_name__not=alvaro", ["Bea", "Cem", "Dee"]),
        ("last_name__not=ng", ["Álvaro", "Cem", "Dee"]),
        ("last_name__contains=cru", ["Álvaro"]),
        ("title__contains=sales", ["Álvaro", "Bea"]),
        ("title__contains=vp", ["Álvaro"]),  # two letters: where a word begins
        ("company__contains=0%25_", ["Cem"]),  # % and _ are plain characters
        ("company__contains=0_r", []),
        ("q=alvaro+cruz", ["Álvaro"]),
        ("q=acme", ["Bea", "Dee"]),
        ("q=sales+acme", ["Bea"]),
        ("q=oz", ["Cem"]),
        ("q=nobody", []),
        ("sort=first_name", ["Álvaro", "Bea", "Cem", "Dee"]),
        ("sort=-first_name", ["Dee", "Cem", "Bea", "Álvaro"]),
        ("sort=employees", ["Bea", "Álvaro", "Cem", "Dee"]),  # empty ones last …
        ("sort=-employees", ["Álvaro", "Bea", "Dee", "Cem"]),  # … in both directions
        ("sort=company&sort=-first_name", ["Cem", "Dee", "Bea", "Álvaro"]),
        ("company=acme&title__empty=true", ["Dee"]),
    ],
)
def test_finds(people: None, query: str, expected: list[str]) -> None:
    assert found(query) == expected


NO_SUCH_FILTER = "There is no such filter."


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("nosuch=1", "nosuch"),
        ("id=1", "id"),
        ("version=1", "version"),
        ("password=x", "password"),
        ("owner__password=x", "owner__password"),
        ("owner__password__startswith=x", "owner__password__startswith"),
        ("industry__name=x", "industry__name"),
        ("custom=1", "custom"),
        ("custom__gender=F", "custom__gender"),
        ("email__regex=.", "email__regex"),
        ("email__gte=a", "email__gte"),
        ("employees__contains=4", "employees__contains"),
        ("_connector=OR", "_connector"),
        ("t1.email=x", "t1.email"),
        ("linkedin_path=x", "linkedin_path"),
    ],
)
def test_unknown_parameters_are_named_and_left_out(people: None, query: str, parameter: str) -> None:
    assert problems(query) == [(parameter, NO_SUCH_FILTER)]
    search = Search.parse(QueryDict(f"{query}&seniority=VP"), ALL())
    assert [each.field for each in search.filters] == ["seniority"]


@pytest.mark.parametrize(
    "query",
    [
        "employees__gte=99999999999999999999",
        "annual_revenue__gte=9e99",
        "employees__gte=-1",
        "employees=many",
        "last_raised_at__gte=99999-01-01",
        "created_at__lte=2024-13-01",
        "seniority__empty=perhaps",
        "title=%00",
        "q=%00",
        f"title={'x' * 501}",
        "q=a+b+c+d+e+f+g+h+i+j+k",
        "sort=nosuch",
        "sort=keywords",
        "sort=owner__password",
        "page_size=0",
        "page_size=201",
        "page_size=-5",
        "page_size=1e9",
        "page_size=٣",
        "after=x",
        "after=" + "A" * 5000,
        "after=W10",
        "after=W1tdLFtdLDEsMCwwXQ",  # a cursor of another order
    ],
)
def test_bad_values_are_problems_not_errors(people: None, query: str) -> None:
    assert len(problems(query)) == 1
    search = Search.parse(QueryDict(query), ALL())
    assert len(search_page(search, ALL()).ids) == 4


@pytest.mark.parametrize(
    "name", sorted(set(FIELDS) - {"first_name", "last_name", "company", "country", "title"})
)
def test_a_forbidden_column_answers_like_one_that_does_not_exist(
    people: None, clerk: AdminUser, name: str
) -> None:
    access = Access.of(clerk)
    for suffix in ("", "__not", "__empty", "__gte", "__lte", "__contains"):
        [(parameter, message)] = problems(f"{name}{suffix}=x", access)
        [(_, message_of_none)] = problems(f"nosuch{suffix}=x", access)
        assert (parameter, message) == (f"{name}{suffix}", message_of_none)
    assert problems(f"sort={name}", access) == problems("sort=nosuch", access)


def test_text_search_looks_only_at_columns_the_person_may_read(people: None, clerk: AdminUser) -> None:
    assert found("q=orchid.example") == ["Álvaro"]
    assert found("q=orchid.example", Access.of(clerk)) == []
    assert found("q=pune", Access.of(clerk)) == []
    assert found("location=pune", Access.of(clerk)) == []  # of a place she may read the country
    assert found("location=india", Access.of(clerk)) == ["Álvaro", "Cem"]


def test_without_the_right_to_browse_nothing_is_found(people: None, user: AdminUser) -> None:
    user.capability_overrides = {"browse": False}
    assert found("", Access.of(user)) == []


def test_a_search_goes_into_a_url_and_back(people: None) -> None:
    query = "q=a+b&seniority=VP&seniority=Director&industry__not=Retail&employees__gte=51&sort=-company&page_size=20"
    search = Search.parse(QueryDict(query), ALL())
    assert Search.parse(QueryDict(search.query_string()), ALL()) == search
    assert search.query_string() == query


def test_filters_and_single_values_come_off(people: None) -> None:
    search = Search.parse(QueryDict("seniority=VP&seniority=Director&q=x"), ALL())
    [seniority] = search.filters_on("seniority")
    assert search.without(seniority).query_string() == "q=x"
    assert search.without(seniority, "VP").query_string() == "q=x&seniority=Director"
