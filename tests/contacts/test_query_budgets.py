"""How many queries each page makes: a fixed number, whatever the number of contacts, notes and changes on it.

Session and person are two of each. Inside a test's transaction BEGIN and COMMIT are savepoints, counted alike.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts import selection, urls
from apps.contacts.facets import bitmaps
from apps.contacts.facets.counts import fold_deltas
from apps.contacts.history.log import operation
from apps.contacts.models import Contact, Industry, Operation
from apps.contacts.operations import add_note, delete_contacts, edit_contact

type SignIn = Callable[[AdminUser], Client]

BUDGETS = {
    # total, the page in two parts (with and without a last name), its rows, option lists, names of industries, owners
    "contact_list": 9,
    "contact_create": 4,
    "contact_options": 3,
    "trash": 4,
    "operation_list": 7,
    "operation_detail": 8,
    "contact_detail": 11,
    "contact_edit": 6,
    "contact_delete": 3,
    "contact_history": 6,
    "industry_list": 4,
    "industry_create": 2,
    "industry_edit": 3,
}
LIST_BUDGETS = {
    # spellings; a transaction and its settings around the page
    "seniority=VP&technologies=AWS&q=ann": 15,
    "sort=-company": 9,
    "country=Spain": 12,
    # bitmaps, what they count, and whether they are all still there
    "seniority=VP&country=Spain": 15,
    "industry=Software&owner=uma@staff.example&country=Spain": 19,
}
ONLY_POST = {"trash_restore", "operation_undo", "contact_note", "contact_undo"}


@pytest.fixture
def fill(manager: AdminUser, user: AdminUser) -> Callable[[int], None]:
    """Makes contacts, and as many notes and changes on the first one, and as many in the trash."""
    access = Access.of(manager)
    industry = Industry.objects.create(name="Software")

    def filled(number: int) -> None:
        with operation(Operation.Kind.CREATE, access=access):
            made = Contact.objects.bulk_create(
                Contact(
                    last_name=f"Ann{n}",
                    seniority="VP",
                    country="Spain",
                    technologies=["AWS"],
                    industry=industry,
                    owner=user,
                )
                for n in range(2 * number)
            )
        first = Contact.objects.order_by("pk")[0]
        for n in range(number):
            first.refresh_from_db()
            title = {"title": f"T{number}.{n}"}
            edit_contact(first.pk, access=access, values=title, seen_version=first.version)
            add_note(first.pk, access=access, text=f"Note {n}")
            delete_contacts([made[number + n].pk], access=access)
            Industry.objects.create(name=f"Industry {number}.{n}")
        fold_deltas()  # as the commits would

    return filled


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def address(name: str) -> str:
    first = Contact.objects.order_by("pk")[0]
    arguments: dict[str, list[Any]] = {
        "contact_options": ["title"],
        "operation_detail": [Operation.objects.order_by("pk")[0].pk],
        "industry_edit": [Industry.objects.order_by("pk")[0].pk],
    }
    if name.startswith("contact_") and name not in {"contact_list", "contact_create", "contact_options"}:
        return reverse(name, args=[first.pk])
    return reverse(name, args=arguments.get(name))


@pytest.mark.parametrize("name", BUDGETS)
def test_a_page_makes_as_many_queries_with_few_as_with_many(
    sign_in: SignIn, manager: AdminUser, fill: Callable[[int], None], name: str
):
    client = sign_in(manager)
    fill(4)
    few = queries_of(client, address(name))
    fill(15)
    assert (few, queries_of(client, address(name))) == (BUDGETS[name], BUDGETS[name])


@pytest.mark.parametrize("query", LIST_BUDGETS)
def test_a_search_makes_as_many_queries_with_few_as_with_many(
    sign_in: SignIn,
    manager: AdminUser,
    fill: Callable[[int], None],
    query: str,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(bitmaps, "WORTHWHILE", 0)
    monkeypatch.setattr(selection, "FEW", 0)  # else the rarest filter is looked at alone
    client = sign_in(manager)
    counts = []
    for number in (4, 15):
        fill(number)
        bitmaps.refresh()
        counts.append(queries_of(client, f"/contacts/?{query}"))
    assert counts == [LIST_BUDGETS[query]] * 2


def test_every_page_has_a_budget():
    assert {pattern.name for pattern in urls.urlpatterns} - ONLY_POST == set(BUDGETS)
