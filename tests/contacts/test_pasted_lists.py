"""Pasted lists: whatever they are separated by, each value arrives once, and the page says which are known."""

from collections.abc import Callable
from time import process_time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact, Industry
from apps.contacts.pages.pasted import LONGEST_PASTED, pasted_list
from apps.contacts.pasted_lists import pasted_values
from apps.contacts.search import LONGEST_QUERY, MAX_VALUES, Search

type SignIn = Callable[[AdminUser], Client]

VALUES = st.lists(
    st.text(alphabet='abÄß ,;\t\n"-.', max_size=8)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda text: text.strip(",")),
    max_size=12,
)


@given(VALUES, st.sampled_from([",", ";", "\t", "\n", "\r\n", " ; ", ", "]))
def test_quoted_values_come_back_whatever_is_between_them(values: list[str], between: str) -> None:
    written = between.join('"{}"'.format(value.replace('"', '""')) for value in values)
    assert pasted_values(written) == list(dict.fromkeys(values))


@given(st.text())
def test_any_text_gives_values_without_spaces_around_and_no_value_twice(text: str) -> None:
    values = pasted_values(text)
    assert all(value and value == value.strip() for value in values)
    assert len(values) == len(set(values))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Acme, Inc.\nBeta GmbH\n", ["Acme, Inc.", "Beta GmbH"]),
        ("Acme, Beta, Gamma", ["Acme", "Beta", "Gamma"]),
        ('"Acme, Inc.", Beta', ["Acme, Inc.", "Beta"]),
        ("Acme,\nBeta,\nAcme", ["Acme", "Beta"]),
        ("a@x.example; b@x.example", ["a@x.example", "b@x.example"]),
        ('"Acme; Inc.", Beta', ["Acme; Inc.", "Beta"]),
        ('5" pipes\n"Say ""hi"""', ['5" pipes', 'Say "hi"']),
        ("one\ttwo\r\nthree", ["one", "two", "three"]),
        ("  \n;;,\t", []),
        ('a;\n \n"b;c"', ["a", "b;c"]),
    ],
)
def test_lists_as_people_copy_them(text: str, values: list[str]) -> None:
    assert pasted_values(text) == values


@pytest.fixture
def people(make_contact: Callable[..., Contact]) -> None:
    software = Industry.objects.create(name="Software")
    make_contact(
        first_name="Zoë",
        last_name="Müller",
        email="zoe@x.example",
        company="Acme, Inc.",
        title="CEO",
        city="Georgia",
        keywords=["SaaS"],
        industry=software,
    )


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("company", "ACME, INC.\nNobody Ltd"),
        ("title", "ceo; astronaut"),
        ("email", "Zoe@X.example\nno@x.example"),
        ("last_name", "muller\nnobody"),
        ("location", "georgia\natlantis"),
        ("keywords", "saas, paas"),
        ("industry", "software\nalchemy"),
    ],
)
@pytest.mark.usefixtures("people")
def test_what_is_known_in_any_spelling_becomes_one_filter_and_the_rest_is_named(
    sign_in: SignIn, manager: AdminUser, field: str, text: str
) -> None:
    client = sign_in(manager)
    page = client.post(f"/contacts/pasted/{field}/?seniority__empty=true", {"text": text}).content.decode()
    assert "2 pasted: 1 known, 1 not found." in page
    found = pasted_list(field, text, Search(), Access.of(manager))
    assert (found.known, found.unknown_count) == (1, 1)
    listed = client.get(found.href).content.decode()
    assert "Müller" in listed


@pytest.mark.django_db
def test_more_values_than_a_filter_or_an_address_holds_are_left_out_and_said_so(manager: AdminUser) -> None:
    from apps.contacts.facets.counts import fold_deltas

    names = [f"{'Long name of a company ' * 3}{n}" for n in range(150)] + [f"C{n}" for n in range(300)]
    Contact.objects.bulk_create(Contact(company=name) for name in names)
    fold_deltas()
    access = Access.of(manager)
    short = pasted_list("company", "\n".join(names[150:]), Search(), access)
    assert (short.known, short.fitting, short.left_out) == (300, MAX_VALUES, 100)
    long = pasted_list("company", "\n".join(names), Search(), access)
    assert 0 < long.fitting < 150
    assert long.fitting + long.left_out == long.known == 450
    query = urlsplit(long.href).query
    assert len(query) <= LONGEST_QUERY
    assert len(parse_qs(query)["company"]) == long.fitting


@pytest.mark.usefixtures("people")
def test_a_hidden_column_and_one_that_takes_no_lists_are_no_page(sign_in: SignIn, clerk: AdminUser) -> None:
    client = sign_in(clerk)
    assert client.get("/contacts/pasted/company/").status_code == 200
    for field in ("email", "nosuch", "employees", "custom", "industry"):
        assert client.get(f"/contacts/pasted/{field}/").status_code == 404
        assert client.post(f"/contacts/pasted/{field}/", {"text": "a\nb"}).status_code == 404


def test_a_long_gap_is_read_once() -> None:
    """Each of its empty lines was looked at from each: half a minute for what fits into the box."""
    began = process_time()
    assert pasted_values(f"a{'\n' * (LONGEST_PASTED - 2)}b") == ["a", "b"]
    assert process_time() - began < 5
