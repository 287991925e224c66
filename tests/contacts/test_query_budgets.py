"""How many queries each page makes: a fixed number, whatever the number of contacts, notes and changes on it.

Session and person are two of each, and the limit a third of those that search. Inside a test's
transaction BEGIN and COMMIT are savepoints, counted alike.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.crypto import get_random_string

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts import selection, urls
from apps.contacts.facets import bitmaps
from apps.contacts.facets.counts import fold_deltas
from apps.contacts.history.log import operation
from apps.contacts.models import BulkAct, BulkBatch, Contact, Industry, Note, Operation, SavedView
from apps.contacts.notes.operations import add_note
from apps.contacts.operations import delete_contacts, edit_contact

type SignIn = Callable[[AdminUser], Client]

BUDGETS = {
    # what its person keeps: views, columns, filters pinned and used last
    # total, the page in two parts (with and without a last name), its rows, option lists, names of what they refer to
    "contact_list": 10,
    "contact_facets": 4,
    "contact_pasted": 3,
    # summaries, companies, values and their spellings, industries; own records, what they are, own operations in six,
    # people and buckets of the quota
    "dashboard": 17,
    "view_list": 3,
    "view_counts": 4,
    "view_new_counts": 4,
    "columns_edit": 3,
    "contact_create": 4,
    "contact_options": 4,
    "trash": 4,
    "operation_list": 7,
    "operation_detail": 8,
    # what it was before; and the names of owners, counts of the history's parts, notes in the history
    "contact_detail": 15,
    "contact_company": 7,
    "note_detail": 5,
    "contact_edit": 6,
    "contact_delete": 3,
    "cell_edit": 4,
    "bulk_status": 4,
    "undo_status": 4,
    "contact_history": 9,
    "industry_list": 4,
    "industry_create": 2,
    "industry_edit": 3,
    "palette": 3,
}
LIST_BUDGETS = {
    # spellings; a transaction and its settings around the page
    "seniority=VP&technologies=AWS&q=ann": 16,
    "sort=-company": 10,
    "country=Spain": 13,
    # bitmaps, what they count, and whether they are all still there
    "seniority=VP&country=Spain": 16,
    "industry=Software&owner=uma@staff.example&country=Spain": 20,
}
ONLY_POST = {
    "trash_restore",
    "operation_undo",
    "contact_note",
    "contact_undo",
    "filter_pin",
    "filter_note",
    "filter_forget",
    "note_delete",
    "note_preview",
    "note_restore",
    "record_quick_edit",
    "view_save",
    "view_save_as",
    "view_rename",
    "view_share",
    "view_delete",
    "view_restore",
    "view_order",
    "view_default",
    "columns_save",
    "bulk_edit",
    "bulk_confirm",
    "bulk_cancel",
    "undo_cancel",
}


@pytest.fixture
def fill(manager: AdminUser, user: AdminUser) -> Callable[[int], None]:
    """Makes contacts, and as many notes and changes on the first one, as many in the trash, and as many views."""
    access = Access.of(manager)
    industry = Industry.objects.create(name="Software")

    def filled(number: int) -> None:
        with operation(Operation.Kind.CREATE, access=access):
            made = Contact.objects.bulk_create(
                Contact(
                    last_name=f"Ann{n}",
                    seniority="VP",
                    country="Spain",
                    company="Acme",
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
            SavedView.objects.create(owner=manager, name=f"View {number}.{n}", query="country=Spain")
        fold_deltas()  # as the commits would

    return filled


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def an_act(kind: str = "set") -> int:
    """An act of the manager's that is under way, with as many batches as there are contacts."""
    manager = AdminUser.objects.get(role="manager")
    act = BulkAct.objects.create(
        actor=manager, key=get_random_string(9), kind=kind, field="stage", value="Hot", selected=1
    )
    BulkBatch.objects.bulk_create(
        BulkBatch(act=act, number=n, contacts=[], size=0, is_done=True)
        for n in range(Contact.objects.count())
    )
    return act.pk


def address(name: str) -> str:
    first = Contact.objects.order_by("pk")[0]
    arguments: dict[str, list[Any]] = {
        "note_detail": [first.pk, Note.objects.filter(contact=first).order_by("pk")[0].pk],
        "contact_options": ["title"],
        "contact_pasted": ["title"],
        "operation_detail": [Operation.objects.order_by("pk")[0].pk],
        "cell_edit": [first.pk, "title"],
        "bulk_status": [an_act()],
        "undo_status": [an_act("undo")],
        "industry_edit": [Industry.objects.order_by("pk")[0].pk],
    }
    if name.startswith("contact_") and name not in {
        "contact_list",
        "contact_create",
        "contact_options",
        "contact_pasted",
        "contact_facets",
    }:
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
