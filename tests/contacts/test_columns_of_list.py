"""The columns of the list: which, in which order, how wide, for whom."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.fields import DEFAULT_COLUMNS, FIELDS
from apps.contacts.models import Contact, Industry, ListLayout, SavedView
from apps.contacts.pages.column_chooser import moved_columns
from apps.contacts.saved_views.columns import (
    CHOOSABLE,
    columns_text,
    held_columns,
    parse_columns,
    shown_columns,
    stored_columns,
)
from apps.contacts.saved_views.opening import open_list
from apps.contacts.saved_views.operations import Look, save_view_as, share_view
from apps.contacts.search import Search

type SignIn = Callable[[AdminUser], Client]
type MakeContact = Callable[..., Contact]


@pytest.fixture
def ann(make_contact: MakeContact) -> Contact:
    return make_contact(first_name="Ann", last_name="Ode", title="Engineer", stage="Hot")


def columns(client: Client, query: str = "view=all") -> list[tuple[str, int]]:
    return [(column.name, column.width) for column in client.get(f"/contacts/?{query}").context["columns"]]


def view_of(person: AdminUser, text: str = "", *, shared: bool = False) -> int:
    access = Access.of(person)
    view = save_view_as(access=access, name="View", look=Look(Search(), parse_columns(text)))
    if shared:
        share_view(view.pk, access=access, is_shared=True)
    return view.pk


def test_the_address_says_which_columns_in_which_order_how_wide(
    sign_in: SignIn, user: AdminUser, ann: Contact
) -> None:
    client = sign_in(user)
    assert columns(client, "columns=stage,name:300,title:220") == [
        ("name", 300),
        ("stage", 90),
        ("title", 220),
    ]
    assert columns(client, "columns=title:1,stage:99999,city:x") == [
        ("name", 220), ("title", 60), ("stage", 800), ("city", 130)
    ]  # fmt: skip
    assert [name for name, _ in columns(client)] == ["name", *DEFAULT_COLUMNS]


def test_a_column_that_may_not_be_read_is_like_none(sign_in: SignIn, clerk: AdminUser, ann: Contact) -> None:
    client = sign_in(clerk)
    pages = [client.get(f"/contacts/?columns={name},title") for name in ("stage", "nosuch", "custom", "id")]
    assert all([column.name for column in page.context["columns"]] == ["name", "title"] for page in pages)
    assert len({str(page.context["problems"]) for page in pages}) == 1
    assert "There is no such column." in pages[0].content.decode()
    chooser = client.get("/contacts/columns/").content.decode()
    assert all((f'data-column="{name}"' in chooser) is Access.of(clerk).can_read(name) for name in CHOOSABLE)


def test_every_field_can_be_a_column(sign_in: SignIn, admin: AdminUser, make_contact: MakeContact) -> None:
    values: dict[str, Any] = {
        "first_name": "Ann", "tags": ["Speaker"], "industry": Industry.objects.create(name="Computing"),
        "annual_revenue": 18_400_000, "last_raised_at": date(2024, 5, 17), "do_not_contact": True,
        "last_contacted_at": datetime(2020, 1, 2, tzinfo=UTC), "owner": admin, "custom": {"Rank": "Captain <x>"},
        "website": "https://ann.example/", "mobile_phone": "+1 202 555 0136",
    }  # fmt: skip
    make_contact(**values)
    answer = sign_in(admin).get(f"/contacts/?columns={','.join(CHOOSABLE)}")
    assert [column.name for column in answer.context["columns"]] == ["name", *CHOOSABLE]
    html = answer.context["rows"][0].html
    for piece in (
        "Speaker",
        "Computing",
        "$18.4M",
        "17 May 2024",
        "Yes",
        "Ada Admin",
        "Rank: Captain &lt;x&gt;",
        "ann.example",
    ):
        assert piece in html
    sorted_ = sign_in(admin).get(f"/contacts/?columns={','.join(CHOOSABLE)}&sort=-annual_revenue")
    assert [c.name for c in sorted_.context["columns"] if c.direction] == ["annual_revenue"]
    assert all(
        bool(c.sort_href) is FIELDS[c.name].sortable for c in sorted_.context["columns"] if c.name in FIELDS
    )


def test_chosen_columns_are_kept_for_the_person_and_given_back(
    sign_in: SignIn, user: AdminUser, manager: AdminUser, ann: Contact
) -> None:
    client = sign_in(user)
    form = {
        "query": "stage=Hot&columns=city",
        "column": ["stage", "title"],
        "width-stage": "120",
        "width-name": "",
        "density": "compact",
    }
    answer = client.post("/contacts/columns/save/", form)
    assert answer["Location"] == "/contacts/?stage=Hot"
    assert columns(client) == [("name", 220), ("stage", 120), ("title", 200)]
    assert 'data-density="compact"' in client.get("/contacts/").content.decode()
    assert len(columns(sign_in(manager))) == 1 + len(DEFAULT_COLUMNS)
    client.post("/contacts/columns/save/", {"query": "", "column": ["city"]})  # again, over it
    assert columns(client) == [("name", 220), ("city", 130)]
    client.post("/contacts/columns/save/", {"query": "", "reset": "1"})
    assert len(columns(client)) == 1 + len(DEFAULT_COLUMNS)
    assert not ListLayout.objects.exists()


def test_a_private_view_takes_its_owners_columns_and_a_shared_one_keeps_its_own_until_saved(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, ann: Contact
) -> None:
    mine, shared = view_of(user, "title"), view_of(manager, "city", shared=True)
    client = sign_in(user)
    client.post("/contacts/columns/save/", {"query": f"view={mine}", "columns": "stage:200"})
    assert SavedView.objects.get(pk=mine).columns == [
        {"name": "name", "width": None},
        {"name": "stage", "width": 200},
    ]
    assert SavedView.objects.get(pk=mine).version == 1

    client.post("/contacts/columns/save/", {"query": f"view={shared}", "columns": "stage"})
    assert columns(client, f"view={shared}") == [("name", 220), ("stage", 90)]
    assert columns(sign_in(manager), f"view={shared}") == [("name", 220), ("city", 130)]
    assert columns(client, f"view={shared}&columns=title") == [("name", 220), ("title", 200)]
    answer = client.post("/contacts/columns/save/", {"query": f"view={shared}", "reset": "1"})
    assert answer["Location"] == f"/contacts/?view={shared}"
    assert columns(client, f"view={shared}") == [("name", 220), ("city", 130)]

    boss = sign_in(manager)
    boss.post("/contacts/columns/save/", {"query": f"view={shared}", "columns": "title"})
    boss.post(f"/contacts/views/{shared}/save/", {"query": f"view={shared}&own=1", "version": 1})
    assert columns(client, f"view={shared}") == [("name", 220), ("title", 200)]
    assert not ListLayout.objects.exists()


def test_columns_of_a_view_that_is_gone_or_anothers_are_the_lists_own(
    sign_in: SignIn, manager: AdminUser, user: AdminUser
) -> None:
    other = view_of(manager, "title")
    sign_in(user).post("/contacts/columns/save/", {"query": f"view={other}", "columns": "stage"})
    assert [field.name for field in open_list(QueryDict(), Access.of(user)).columns.fields] == ["stage"]
    assert SavedView.objects.get().columns == [{"name": "title", "width": None}]


def test_without_script_the_arrows_change_the_order_and_save_nothing(
    sign_in: SignIn, user: AdminUser
) -> None:
    form = {"query": "", "column": ["stage", "title", "city"], "move": "up:title"}
    page = sign_in(user).post("/contacts/columns/save/", form).content.decode()
    assert (
        page.index('data-column="title"')
        < page.index('data-column="stage"')
        < page.index('data-column="city"')
    )
    assert not ListLayout.objects.exists()


@pytest.mark.parametrize(
    ("move", "order"),
    [
        ("up:b", "name,b,a,c"),
        ("down:b", "name,a,c,b"),
        ("up:a", "name,a,b,c"),
        ("down:c", "name,a,b,c"),
        ("up:nosuch", "name,a,b,c"),
        ("sideways:a", "name,a,b,c"),
        ("down:name", "name,a,b,c"),
    ],
)
def test_a_column_moves_within_the_others(move: str, order: str) -> None:
    assert columns_text(moved_columns(parse_columns("name,a,b,c"), move)) == order


@pytest.mark.parametrize("text", ["", ",,,", ":", "title:", "a" * 3000, "\0", "title,title:300", "%", "ü:9"])
def test_no_text_of_columns_breaks_the_list(sign_in: SignIn, user: AdminUser, text: str) -> None:
    client = sign_in(user)
    assert client.get("/contacts/", {"columns": text, "density": text}).status_code == 200
    assert client.post("/contacts/columns/save/", {"query": "", "columns": text}).status_code == 302
    assert client.get("/contacts/columns/", {"columns": text}).status_code == 200


@given(st.lists(st.tuples(st.sampled_from(["name", *CHOOSABLE, "nosuch"]), st.none() | st.integers(60, 800))))
def test_columns_are_the_same_after_the_address_and_after_the_database(
    pairs: list[tuple[str, int | None]],
) -> None:
    chosen = parse_columns(",".join(name if width is None else f"{name}:{width}" for name, width in pairs))
    assert parse_columns(columns_text(chosen)) == chosen
    assert held_columns(stored_columns(chosen)) == chosen
    once = shown_columns(chosen, Access.of_operator()).chosen
    assert shown_columns(once, Access.of_operator()).chosen == once
