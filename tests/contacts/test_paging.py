"""Pages by position: complete, in order, forwards and backwards, whatever is empty or equal."""

from collections.abc import Callable
from itertools import chain
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from apps.accounts.access import Access
from apps.contacts import paging, queries
from apps.contacts.facets.counts import rebuild
from apps.contacts.fields import FIELDS
from apps.contacts.models import Contact
from apps.contacts.queries import neighbours, search_page
from apps.contacts.search import Search

SORTS = [sign + field.name for field in FIELDS.values() if field.sortable for sign in ("", "-")]


def walk(query: str) -> tuple[list[int], list[int]]:
    """All ids of a search page by page, forwards to the end and from there backwards."""
    access = Access.of_operator()
    forwards: list[list[int]] = []
    backwards: list[list[int]] = []
    cursor = ""
    while True:
        page = search_page(Search.parse(QueryDict(f"{query}&after={cursor}"), access), access)
        assert page.first_index == sum(map(len, forwards))
        forwards.append(page.ids)
        if page.next is None:
            break
        cursor = str(page.next)
    backwards.append(page.ids)
    while page.previous is not None:
        page = search_page(Search.parse(QueryDict(f"{query}&after={page.previous}"), access), access)
        backwards.insert(0, page.ids)
    return list(chain.from_iterable(forwards)), list(chain.from_iterable(backwards))


def contacts(draw_texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "last_name": draw_texts,
            "first_name": draw_texts,
            "company": draw_texts,
            "employees": st.none() | st.integers(0, 3),
            "stage": st.sampled_from(["", "Hot"]),
        }
    )


class Pages(TestCase):
    @settings(max_examples=25)
    @given(
        rows=st.lists(contacts(st.sampled_from(["", "a", "A", "á", "b", "zz"])), max_size=25),
        sort=st.lists(
            st.sampled_from(["last_name", "-last_name", "employees", "-employees", "company", "stage"]),
            max_size=3,
        ),
        size=st.integers(1, 7),
        narrowed=st.booleans(),
        cap=st.sampled_from([2, 10_000]),
    )
    def test_every_contact_once_in_the_same_order_both_ways(
        self, rows: list[dict[str, Any]], sort: list[str], size: int, narrowed: bool, cap: int
    ) -> None:
        Contact.objects.bulk_create(Contact(**row) for row in rows)
        rebuild()
        query = "&".join(
            [f"page_size={size}", *(f"sort={key}" for key in sort), *(["stage__not=Hot"] if narrowed else [])]
        )
        original, paging.COUNT_CAP = paging.COUNT_CAP, cap  # both paths, with few rows
        try:
            forwards, backwards = walk(query)
        finally:
            paging.COUNT_CAP = original
        wanted = Contact.objects.exclude(stage="Hot") if narrowed else Contact.objects.all()
        assert sorted(forwards) == sorted(wanted.values_list("pk", flat=True))
        assert backwards == forwards


@pytest.mark.django_db
@pytest.mark.parametrize("sort", SORTS)
def test_every_sortable_column_sorts_with_empty_values_last(
    make_contact: Callable[..., Contact], sort: str
) -> None:
    name = sort.removeprefix("-")
    values: dict[str, list[Any]] = {
        "text": ["Ábel", "bela", "Cem"],
        "email": ["a@x.example", "b@x.example", "c@x.example"],
        "choice": ["A", "b", "C"],
        "integer": [1, 20, 300],
        "money": [1, 20, 300],
        "moment": ["2020-01-01T00:00Z", "2020-01-02T00:00Z", "2021-01-01T00:00Z"],
    }
    made = [make_contact(**{name: value}).pk for value in values[str(FIELDS[name].kind)]]
    empty = [] if name in {"created_at", "updated_at"} else [make_contact().pk]
    forwards, backwards = walk(f"sort={sort}&page_size=2")
    assert forwards == (made[::-1] if sort.startswith("-") else made) + empty
    assert backwards == forwards


@pytest.mark.django_db
def test_neighbours_in_a_search(make_contact: Callable[..., Contact]) -> None:
    access = Access.of_operator()
    a, b, c = (make_contact(last_name=name, stage="Hot").pk for name in "abc")
    other = make_contact(last_name="bb").pk
    search = Search.parse(QueryDict("stage=hot"), access)
    found = [neighbours(pk, search, access) for pk in (a, b, c, other)]
    assert [(each.before, each.behind, each.place) for each in found] == [
        (None, b, 1),
        (a, c, 2),
        (b, None, 3),
        (None, None, None),
    ]
    assert [each.count and each.count.number for each in found] == [3, 3, 3, None]


@pytest.mark.django_db
def test_far_from_the_start_a_place_is_not_counted(
    make_contact: Callable[..., Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "COUNTED_BEFORE", 2)
    access = Access.of_operator()
    a, b, c, d = (make_contact(last_name=name).pk for name in "abcd")
    found = [neighbours(pk, Search.parse(QueryDict(""), access), access) for pk in (a, b, c, d)]
    assert [each.place for each in found] == [1, 2, 3, None]
    assert [each.before for each in found] == [None, a, b, c]


@pytest.mark.django_db
def test_more_than_the_cap_is_said_and_not_counted(
    make_contact: Callable[..., Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNT_CAP", 2)
    for number in range(4):
        make_contact(last_name=f"Name {number}")
    access = Access.of_operator()
    page = search_page(Search.parse(QueryDict("last_name__contains=name&page_size=1"), access), access)
    assert (page.count.number, page.count.is_exact) == (2, False)
    assert page.next is not None


@pytest.mark.django_db
def test_a_text_that_is_everywhere_is_not_counted_to_the_cap(
    make_contact: Callable[..., Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNT_CAP", 2)
    monkeypatch.setattr(paging._Finder, "collect", None)
    Contact.objects.bulk_create(Contact(pk=n, last_name=f"Al {n}") for n in range(1, 61))  # all in the sample
    rebuild()
    access = Access.of_operator()
    page = search_page(Search.parse(QueryDict("q=al&page_size=1"), access), access)
    assert (page.count.number, page.count.is_exact) == (2, False)
    assert len(page.ids) == 1
