"""A name with a slip of the keyboard is found, by those who may read it, and only where nothing else is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from apps.contacts.queries import search_page_or_similar
from apps.contacts.search import Search
from apps.contacts.similar_names import LONGEST, MOST_WORDS, slips

pytestmark = pytest.mark.django_db
ALL = Access.of_operator()


@pytest.fixture(autouse=True)
def people(make_contact: Callable[..., Contact]) -> None:
    rows: list[dict[str, Any]] = [
        {"first_name": "John", "last_name": "Smith", "company": "Acme"},
        {"first_name": "Jon", "last_name": "Smythe"},
        {"first_name": "José", "last_name": "Núñez"},
        {"first_name": "Мария", "last_name": "Иванова"},
        {"first_name": "Ana", "last_name": "de la Cruz Hernández"},
        {"first_name": "Eve", "last_name": "Ng", "email": "smiht@x.example"},
    ]
    for row in rows:
        make_contact(**row)


def found(query: str, access: Access = ALL) -> tuple[bool, list[str]]:
    """Whether similar names are shown, and whose."""
    search, page = search_page_or_similar(Search.parse(QueryDict(query), access), access)
    names = dict(Contact.objects.values_list("pk", "first_name"))
    assert page.count.number == len(page.ids)
    return search.is_similar, [names[pk] for pk in page.ids]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=jonh", ["John", "Jon"]),  # two letters changed places
        ("q=johhn", ["John"]),  # one too many
        ("q=jhn", ["John", "Jon"]),  # one too few; and another
        ("q=smoth", ["John"]),  # another one
        ("q=Jonh+Smiht", ["John"]),
        ("q=Smiht,+Jonh", ["John"]),
        ("q=Jonh+acme", ["John"]),  # what is right stays as it is
        ("q=nunes", ["José"]),  # accents are no slip
        ("q=NÚÑES", ["José"]),
        ("q=ивонова", ["Мария"]),
        ("q=hernandes", ["Ana"]),  # within a longer name
        ("q=name:jonh", ["John", "Jon"]),
        ("q=jonh&company=acme", ["John"]),
        ("q=-company:acme+jonh", ["Jon"]),
    ],
)
def test_a_slip_is_forgiven_where_nobody_is_called_so(query: str, expected: list[str]) -> None:
    assert found(query) == (True, expected)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=jon", ["Jon"]),  # somebody is
        ("q=smiht", ["Eve"]),
        ("q=zzz", []),
        ("q=ngg+x", []),
        ("q=aa@x.example", []),
        ("q=2025550143", []),
        ("company=acmee", []),
        ("q=title:smoth", []),
    ],
)
def test_what_is_found_as_written_stays_alone(query: str, expected: list[str]) -> None:
    assert found(query) == (False, expected)


def test_similar_names_can_be_asked_for_beside_exact_ones() -> None:
    assert found("q=jon&similar=names") == (True, ["John", "Jon"])
    search = Search.parse(QueryDict("q=jon&similar=names"), ALL)
    assert Search.parse(QueryDict(search.query_string()), ALL) == search
    assert [problem.parameter for problem in Search.parse(QueryDict("q=a&similar=x"), ALL).problems] == [
        "similar"
    ]


def test_names_that_may_not_be_read_are_near_to_nothing(
    access_of: Callable[[AdminUser], Access], user: AdminUser
) -> None:
    user.column_rights = {"first_name": "read"}
    access = access_of(user)
    assert found("q=jonh", access) == (True, ["John", "Jon"])
    assert found("q=smoth", access) == (False, [])
    user.column_rights = {"company": "read"}
    assert found("q=jonh", access_of(user)) == (False, [])


def test_the_page_says_so_and_carries_it_on(sign_in: Callable[[AdminUser], Client], user: AdminUser) -> None:
    page = sign_in(user).get("/contacts/?q=Jonh+Smiht").content.decode()
    assert "Nobody matches “Jonh Smiht” exactly. These contacts have names spelled nearly like it." in page
    assert "q=Jonh+Smiht&amp;similar=names" in page
    assert 'value="Jonh Smiht"' in page
    page = sign_in(user).get("/contacts/?q=jon").content.decode()
    assert 'href="/contacts/?q=jon&amp;similar=names"' in page
    page = sign_in(user).get("/contacts/?q=jon&similar=names").content.decode()
    assert 'href="/contacts/?q=jon"' in page


def test_the_look_ups_are_bounded() -> None:
    assert len(set(slips("x" * LONGEST))) < 1_000
    words = "+".join(f"{'abcdefgh'[n] * (LONGEST + n % 2)}" for n in range(8))
    assert found(f"q={words}") == (False, [])
    assert MOST_WORDS <= 4


@pytest.mark.parametrize(
    "word", ["a'b-c", "o'nei", "%_%x", "ab\\c", "日本語", "नमस्ते", "éàü", "\u202eabc", "ab\ufffdc"]
)
def test_any_word_may_be_looked_for(word: str) -> None:
    _, page = search_page_or_similar(Search(text=word), ALL)
    assert page.ids == []
