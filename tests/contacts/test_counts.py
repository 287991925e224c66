"""How many contacts match, where the dictionary knows it without looking at them."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.http import QueryDict

from apps.accounts.access import Access
from apps.contacts.dictionary import Dictionary
from apps.contacts.facets import counts
from apps.contacts.facets.queries import value_counts
from apps.contacts.models import Contact, Industry
from apps.contacts.queries import search_page
from apps.contacts.search import Search
from tests.waiting import wait_until_somebody_waits


@pytest.fixture
def people(make_contact: Callable[..., Contact]) -> None:
    retail, banking = Industry.objects.create(name="Retail"), Industry.objects.create(name="Banking")
    for number, country in enumerate(["Spain", "Spain", "spain", "Türkiye", "", "France"]):
        make_contact(
            first_name=f"Ann{number}",
            country=country,
            employees=number * 20 or None,
            industry=retail if number < 2 else banking if number < 4 else None,
            departments=["Sales", "Finance"] if number < 2 else ["Sales"] if number == 2 else [],
        )


def dictionary(query: str) -> Dictionary:
    access = Access.of_operator()
    return Dictionary(Search.parse(QueryDict(query), access), access)


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("country=Spain", 3),
        ("country=Spain&country=France", 4),
        ("country=Spain&country=SPAIN&country=spain", 3),
        ("country=turkiye&country=nowhere", 1),
        ("industry=Retail&industry=banking", 4),
        ("industry=Retail&industry=retail", 2),
        ("industry=Mining", 0),
        ("employees=11-20&employees=21-50", 2),
        ("employees=40", None),
        ("employees=21-50&employees=100", None),
        ("departments=Sales", None),
        ("country__not=Spain", None),
        ("country=Spain&departments=Sales", None),
        ("country=Spain&q=ann", None),
        ("location=Spain", None),
        ("first_name=Ann1", None),
    ],
)
def test_counts_known_beforehand_are_right(people: None, query: str, known: int | None):
    assert dictionary(query).exact_count() == known
    if known is not None:
        access = Access.of_operator()
        assert len(search_page(Search.parse(QueryDict(query), access), access).ids) == known


@pytest.mark.parametrize(
    ("query", "reached"),
    [
        ("departments=Sales", 3),
        ("departments=Finance&departments=sales", 3),
        ("country=Spain", 0),
        ("tags=None", 0),
    ],
)
def test_any_of_some_list_values_are_at_least_as_many_as_hold_the_commonest(
    people: None, query: str, reached: int
):
    assert dictionary(query).at_least() == reached


@pytest.mark.django_db(transaction=True)
def test_counting_anew_waits_for_whoever_is_folding():
    """Else the value that the folder has just added, and that we cannot see yet, is added twice."""
    Contact.objects.create(country="Spain")
    failed: list[Exception] = []

    def other() -> None:
        try:
            counts.rebuild()
        except Exception as error:  # noqa: BLE001
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        assert counts.fold_deltas()
        thread.start()
        wait_until_somebody_waits()
    thread.join()
    assert failed == []
    assert value_counts("country", ["Spain"]) == {"Spain": 1}


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_counting_anew_to_fold():
    Contact.objects.create(country="Spain")
    done: list[bool] = []

    def other() -> None:
        try:
            done.append(counts.fold_deltas())
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        counts.rebuild()
        thread.start()
        thread.join(timeout=30)
        assert done == [False]
    thread.join()
