"""Saved views: what a link opens and for whom, who may change one, and what is new in it."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.access import Access, AccessDenied
from apps.accounts.models import AdminUser
from apps.contacts.fields import FIELDS
from apps.contacts.models import Contact, SavedView, ViewVisit
from apps.contacts.pages.view_list import COUNTED_AT_ONCE
from apps.contacts.saved_views import operations, queries
from apps.contacts.saved_views.columns import parse_columns
from apps.contacts.saved_views.opening import OpenList, open_list
from apps.contacts.saved_views.operations import (
    Look,
    ViewGone,
    ViewNameTaken,
    ViewSavedMeanwhile,
    delete_view,
    keep_columns,
    mark_visit,
    order_views,
    rename_view,
    restore_view,
    save_view,
    save_view_as,
    set_default_view,
    share_view,
)
from apps.contacts.saved_views.queries import kept_for, new_counts, normal_query
from apps.contacts.search import Search
from tests.waiting import wait_until_somebody_waits

type SignIn = Callable[[AdminUser], Client]
type MakeContact = Callable[..., Contact]

EVERYTHING = Access.of_operator()


def opened(query: str, person: AdminUser) -> OpenList:
    return open_list(QueryDict(query), Access.of(person))


def look(query: str, columns: str = "", density: str = "") -> Look:
    return Look(Search.parse(QueryDict(query), EVERYTHING), parse_columns(columns), density)


def saved(
    person: AdminUser, query: str, name: str = "View", *, columns: str = "", shared: bool = False
) -> int:
    access = Access.of(person)
    view = save_view_as(access=access, name=name, look=look(query, columns))
    if shared:
        share_view(view.pk, access=access, is_shared=True)
    return view.pk


def names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["rows"]]


# What a link opens.


def test_the_name_of_a_view_alone_opens_its_search(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(last_name="Ann", stage="Hot", employees=5)
    make_contact(last_name="Ben", stage="Hot", employees=9)
    make_contact(last_name="Cat", stage="Cold")
    view = saved(user, "stage=Hot&sort=-employees")
    answer = sign_in(user).get(f"/contacts/?view={view}")
    assert names(answer) == ["Ben", "Ann"]
    assert not answer.context["bar"].is_changed


def test_what_the_address_says_beside_a_view_is_the_search_and_the_view_says_that_it_differs(
    user: AdminUser,
) -> None:
    view = saved(user, "stage=Hot&seniority=VP&seniority=Head")
    assert opened(f"view={view}&stage=Cold", user).is_changed
    assert not opened(f"seniority=Head&seniority=VP&view={view}&stage=Hot", user).is_changed
    nothing_left = opened(f"view={view}&own=1", user)
    assert (nothing_left.search.filters, nothing_left.is_changed) == ((), True)


def test_links_from_an_open_view_keep_to_what_is_shown(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(last_name="Ann", stage="Hot")
    make_contact(last_name="Ben")
    client = sign_in(user)
    view = saved(user, "stage=Hot")
    page = client.get(f"/contacts/?view={view}")
    without = client.get(page.context["chips"][0].remove_href)
    assert names(without) == ["Ann", "Ben"]
    assert without.context["bar"].is_changed
    assert names(client.get(without.context["bar"].open_href)) == ["Ann"]


def test_a_colleague_sees_a_shared_view_under_their_own_rights(
    sign_in: SignIn, manager: AdminUser, clerk: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(last_name="Ann", stage="Hot", country="Peru", email="ann@x.example")
    make_contact(last_name="Ben", stage="Cold", country="Peru")
    make_contact(last_name="Cat", stage="Hot", country="Chile")
    view = saved(manager, "stage=Hot&country=Peru&sort=-email", columns="email,title,nosuch", shared=True)
    assert names(sign_in(manager).get(f"/contacts/?view={view}")) == ["Ann"]
    answer = sign_in(clerk).get(f"/contacts/?view={view}")
    assert names(answer) == ["Ann", "Ben"]
    assert [column.name for column in answer.context["columns"]] == ["name", "title"]
    assert "ann@x.example" not in answer.content.decode()
    unknown = opened("nosuch=Hot&sort=nosuch&columns=nosuch", clerk).search.problems
    assert {problem.message for problem in answer.context["problems"]} == {each.message for each in unknown}


@pytest.mark.parametrize("kind", ["private", "none", "word", "huge", "nul"])
def test_anothers_private_view_is_like_one_that_does_not_exist(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, make_contact: MakeContact, kind: str
) -> None:
    make_contact(last_name="Ann")
    view = saved(manager, "stage=Hot", name="Secret plan")
    asked = {"private": view, "none": 10**9, "word": "x", "huge": "9" * 30, "nul": "%00"}[kind]
    client = sign_in(user)
    answer = client.get(f"/contacts/?view={asked}&country__empty=true")
    assert "There is no such view." in answer.content.decode()
    assert "Secret plan" not in answer.content.decode()
    assert names(answer) == ["Ann"]
    assert "view=" not in answer.context["search_query"]


def test_what_is_done_with_anothers_private_view_finds_nothing(
    sign_in: SignIn, manager: AdminUser, admin: AdminUser
) -> None:
    view = saved(manager, "stage=Hot")
    client = sign_in(admin)
    for act in ("save", "rename", "share", "delete", "restore"):
        data = {"query": "stage=Cold", "name": "Mine", "version": 1, "shared": 1}
        assert client.post(f"/contacts/views/{view}/{act}/", data).status_code == 404
    assert client.post("/contacts/views/default/", {"view": view}).status_code == 404
    assert client.post("/contacts/views/new/", {"view": view}).status_code == 404
    assert SavedView.objects.filter(query="stage=Hot", name="View", is_shared=False, version=1).count() == 1


# Saving.


def test_a_list_is_saved_from_the_page_with_its_columns(sign_in: SignIn, user: AdminUser) -> None:
    data = {
        "name": "  Hot   ones ",
        "query": "stage=Hot&sort=company&columns=name:300,stage&density=compact&page_size=20",
    }
    answer = sign_in(user).post("/contacts/views/save-as/", data)
    view = SavedView.objects.get()
    assert answer["Location"] == f"/contacts/?view={view.pk}"
    assert (view.name, view.query, view.density) == (
        "Hot ones",
        "stage=Hot&sort=company&page_size=20",
        "compact",
    )
    assert view.columns == [{"name": "name", "width": 300}, {"name": "stage", "width": None}]
    assert not opened(f"view={view.pk}", user).is_changed


def test_the_same_click_twice_makes_one_view(sign_in: SignIn, user: AdminUser) -> None:
    client = sign_in(user)
    for name in ("Hot", "hot"):
        client.post("/contacts/views/save-as/", {"name": name, "query": "stage=Hot"})
    assert "already" in client.get("/contacts/").content.decode()
    assert SavedView.objects.count() == 1


def test_a_view_without_a_name_is_refused(sign_in: SignIn, user: AdminUser) -> None:
    client = sign_in(user)
    answer = client.post("/contacts/views/save-as/", {"name": " \0 ", "query": "stage=Hot"})
    assert answer["Location"] == "/contacts/?stage=Hot"
    assert not SavedView.objects.exists()


def test_looking_at_a_shared_view_and_changing_its_list_does_not_alter_it(
    sign_in: SignIn, manager: AdminUser, user: AdminUser
) -> None:
    view = saved(manager, "stage=Hot", shared=True)
    before = SavedView.objects.values().get()
    client = sign_in(user)
    for more in ("", "&stage=Cold", "&own=1", "&columns=title&density=compact"):
        assert client.get(f"/contacts/?view={view}{more}").status_code == 200
    client.post("/contacts/columns/save/", {"query": f"view={view}", "columns": "stage"})
    assert SavedView.objects.values().get() == before
    page = client.get(f"/contacts/?view={view}")
    assert page.context["bar"].is_changed
    assert not page.context["bar"].may_save
    assert client.post(f"/contacts/views/{view}/save/", {"query": "", "version": 1}).status_code == 403


def test_a_shared_view_is_saved_renamed_and_deleted_by_who_may_share(
    manager: AdminUser, admin: AdminUser, user: AdminUser
) -> None:
    view = saved(admin, "stage=Hot", shared=True)
    access, others = Access.of(manager), Access.of(user)
    for act in (
        lambda by: save_view(view, access=by, look=look("stage=Cold"), seen_version=1),
        lambda by: rename_view(view, access=by, name="Cold ones"),
        lambda by: delete_view(view, access=by),
    ):
        with pytest.raises(AccessDenied):
            act(others)
        act(access)
    assert kept_for(others).views == {}


def test_who_saves_later_than_somebody_else_is_told_and_loses_nothing(
    sign_in: SignIn, manager: AdminUser, admin: AdminUser
) -> None:
    view = saved(admin, "stage=Hot", shared=True)
    mine = {"query": f"view={view}&own=1&stage=Cold", "version": 1}
    sign_in(admin).post(f"/contacts/views/{view}/save/", {"query": "stage=Warm", "version": 1})
    client = sign_in(manager)
    answer = client.post(f"/contacts/views/{view}/save/", mine)
    page = client.get(answer["Location"])
    assert "Nothing was saved" in page.content.decode()
    assert [chip.text for chip in page.context["chips"]] == ["Cold"]
    assert SavedView.objects.get().query == "stage=Warm"
    client.post(f"/contacts/views/{view}/save/", {**mine, "version": page.context["bar"].open.version})
    assert SavedView.objects.get().query == "stage=Cold"
    with pytest.raises(ViewSavedMeanwhile):
        save_view(view, access=Access.of(admin), look=look(""), seen_version=2)


def test_saving_keeps_what_the_person_may_not_see(
    admin: AdminUser, clerk: AdminUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.capability_overrides = {"share_views": True}
    clerk.save()
    view = saved(admin, "stage=Hot&country=Peru&sort=-email", columns="email:300,title", shared=True)
    page = opened(f"view={view}&own=1&country=Chile", clerk)
    changed = Look(page.search, page.columns.chosen)
    monkeypatch.setattr(operations, "LONGEST_QUERY", len("country=Chile"))  # the rest does not count
    save_view(view, access=Access.of(clerk), look=changed, seen_version=1)
    after = opened(f"view={view}", admin)
    assert normal_query(after.search) == "country=Chile&stage=Hot&sort=-email"
    assert [field.name for field in after.columns.fields] == ["title", "email"]


def test_a_name_is_taken_only_by_ones_own_views(user: AdminUser, manager: AdminUser) -> None:
    saved(user, "", name="Hot")
    mine = saved(manager, "", name="Hot")
    other = saved(manager, "", name="Cold")
    with pytest.raises(ViewNameTaken):
        rename_view(other, access=Access.of(manager), name="HOT")
    rename_view(mine, access=Access.of(manager), name="HOT")


# Deleting, and taking that back.


def test_a_deleted_view_comes_back_as_it_was_to_everybody(
    sign_in: SignIn, admin: AdminUser, manager: AdminUser, user: AdminUser
) -> None:
    view, other = saved(admin, "stage=Hot", "Team", columns="title", shared=True), saved(user, "", "Mine")
    theirs = Access.of(user)
    mark_visit(view, access=theirs)
    set_default_view(view, access=theirs)
    keep_columns(view, access=theirs, columns=parse_columns("stage:200"), density="compact")
    order_views([view, other], access=theirs)
    before = kept_for(theirs)
    client = sign_in(manager)
    page = client.post(f"/contacts/views/{view}/delete/", follow=True).content.decode()
    assert "“Team” is deleted for everybody. Its contacts are all still here." in page
    assert list(kept_for(theirs).views) == [other]
    assert sign_in(user).get("/contacts/").status_code == 200  # with nothing to start with
    assert "There is no such view." in sign_in(user).get(f"/contacts/?view={view}").content.decode()
    assert "Team" not in client.get("/palette/?q=team").content.decode()

    (way_back,) = re.findall(r'action="([^"]*/restore/)"', page)
    assert "“Team” is back." in client.post(way_back, follow=True).content.decode()
    assert kept_for(theirs) == before
    assert list(kept_for(theirs).views) == [view, other]


def test_who_may_not_delete_a_view_may_not_bring_it_back(
    manager: AdminUser, admin: AdminUser, user: AdminUser
) -> None:
    shared, private = saved(admin, "", "Shared", shared=True), saved(manager, "", "Private")
    for view in (shared, private):
        for _ in range(2):  # a button that is hit twice
            delete_view(view, access=Access.of(manager))
    with pytest.raises(AccessDenied):
        restore_view(shared, access=Access.of(user))
    with pytest.raises(ViewGone):
        restore_view(private, access=Access.of(admin))
    for act in (rename_view, share_view):
        with pytest.raises(ViewGone):
            act(
                private,
                access=Access.of(manager),
                **{"name": "x"} if act is rename_view else {"is_shared": True},
            )
    assert SavedView.objects.filter(deleted_at=None).count() == 0


def test_what_was_chosen_since_stays_when_a_view_comes_back(user: AdminUser) -> None:
    access = Access.of(user)
    old = saved(user, "stage=Hot", "Hot")
    set_default_view(old, access=access)
    delete_view(old, access=access)
    new = saved(user, "stage=Warm", "HOT")
    set_default_view(new, access=access)
    assert restore_view(old, access=access).name == "Hot 2"
    default = kept_for(access).default
    assert default is not None
    assert default.id == new


# The order of the tabs.


def tab_ids(client: Client) -> list[int]:
    return [tab.id for tab in client.get("/contacts/").context["bar"].tabs]


def test_each_person_has_an_order_of_their_own_and_what_is_new_comes_behind(
    sign_in: SignIn, manager: AdminUser, user: AdminUser
) -> None:
    a, b = (saved(manager, "", name, shared=True) for name in ("A", "B"))
    mine = saved(user, "", "Mine")
    before = list(SavedView.objects.order_by("pk").values())
    client = sign_in(user)
    client.post("/contacts/views/order/", {"view": [b, mine, a]})
    assert tab_ids(client) == [b, mine, a]
    answer = client.post("/contacts/views/order/", {"view": [b, mine, a], "move": f"up:{a}"})
    assert answer["Location"] == f"/contacts/views/#line-{a}"
    mark_visit(a, access=Access.of(user))
    newer = saved(manager, "", "0", shared=True)
    assert tab_ids(client) == [b, a, mine, newer]
    assert [line.view.id for line in client.get("/contacts/views/").context["lines"]] == [b, a, mine, newer]
    assert tab_ids(sign_in(manager)) == [newer, a, b]
    assert list(SavedView.objects.filter(pk__lt=newer).order_by("pk").values()) == before


def test_an_order_knows_only_ones_own_views_and_shared_ones(
    sign_in: SignIn, manager: AdminUser, user: AdminUser
) -> None:
    theirs, mine = saved(manager, "", "Theirs"), saved(user, "", "Mine")
    client = sign_in(user)
    posted = {"view": [theirs, "x", "9" * 30, "\0", mine, mine, 10**9], "move": "down:x"}
    assert client.post("/contacts/views/order/", posted).status_code == 302
    assert list(ViewVisit.objects.values_list("view", "person")) == [(mine, user.pk)]


# Where the list starts.


def test_the_bare_address_opens_the_default_view_and_all_contacts_stay_in_reach(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(last_name="Ann", stage="Hot")
    make_contact(last_name="Ben")
    view = saved(user, "stage=Hot")
    client = sign_in(user)
    client.post("/contacts/views/default/", {"view": view})
    assert client.get("/contacts/")["Location"] == f"/contacts/?view={view}"
    everybody = client.get("/contacts/?view=all")
    assert names(everybody) == ["Ann", "Ben"]
    assert everybody.context["bar"].all_href == "/contacts/?view=all"
    found = client.get("/contacts/?q=ann&view=all")
    assert found.context["chips"][0].remove_href == "/contacts/?view=all"
    assert client.get("/contacts/?stage=Cold").status_code == 200
    client.post("/contacts/views/default/", {})
    assert client.get("/contacts/").status_code == 200


def test_a_default_that_is_not_shared_any_more_is_none(
    sign_in: SignIn, manager: AdminUser, user: AdminUser
) -> None:
    view = saved(manager, "", shared=True)
    set_default_view(view, access=Access.of(user))
    share_view(view, access=Access.of(manager), is_shared=False)
    assert sign_in(user).get("/contacts/").status_code == 200
    with pytest.raises(ViewGone):
        set_default_view(view, access=Access.of(user))


# What is new.


def new_in(person: AdminUser) -> dict[int, tuple[int, bool]]:
    access = Access.of(person)
    return {pk: (one.number, one.is_exact) for pk, one in new_counts(kept_for(access), access).items()}


def test_new_are_those_who_came_since_the_last_visit_and_match(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(stage="Hot")
    hot, cold = saved(user, "stage=Hot", name="Hot"), saved(user, "stage=Cold", name="Cold")
    never = saved(user, "", name="Never opened")
    client = sign_in(user)
    assert client.post("/contacts/views/new/", {"view": hot}).json() == {"new": {}}
    mark_visit(cold, access=Access.of(user))
    for _ in range(3):
        make_contact(stage="Hot")
    text = "3 new contacts since your last visit"
    expected = {"new": {str(hot): {"label": "3", "text": text}}}
    assert client.get("/contacts/views/new/").json() == expected
    assert client.get("/contacts/views/new/").json() == expected  # looking at the number is no visit
    assert client.post("/contacts/views/new/", {"view": hot}).json() == expected
    assert client.get("/contacts/views/new/").json() == {"new": {}}
    assert not ViewVisit.objects.filter(view_id=never).exists()


def test_many_new_ones_are_99_and_more(
    user: AdminUser, make_contact: MakeContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = saved(user, "stage=Hot")
    mark_visit(view, access=Access.of(user))
    Contact.objects.bulk_create(Contact(last_name=f"N{n}", stage="Hot") for n in range(120))
    assert new_in(user) == {view: (99, False)}
    monkeypatch.setattr(queries, "NEWEST", 20)  # those before are not looked at
    assert new_in(user) == {view: (20, False)}


def test_what_is_new_is_counted_under_ones_own_rights_and_in_as_many_queries_for_many_views(
    sign_in: SignIn, manager: AdminUser, clerk: AdminUser, make_contact: MakeContact
) -> None:
    make_contact()
    view = saved(manager, "stage=Hot&country=Peru", shared=True)
    mark_visit(view, access=Access.of(clerk))
    make_contact(country="Peru", stage="Cold")
    assert new_in(clerk) == {view: (1, True)}

    numbers = []
    for count in (1, 6):
        for n in range(count):
            mark_visit(
                saved(manager, f"country=Peru&page_size={n + 1}", f"{count}.{n}"), access=Access.of(manager)
            )
        make_contact(country="Peru")
        client = sign_in(manager)
        client.get("/contacts/views/new/")
        with CaptureQueriesContext(connection) as found:
            assert client.get("/contacts/views/new/").status_code == 200
        # The dictionary says how a value is written, once for each view; the contacts are read once.
        numbers.append(len([query for query in found if 'FROM "contacts_contact"' in query["sql"]]))
    assert numbers == [2, 2]


# All views, and the list's own cost.


def test_the_page_of_all_views_says_what_each_finds(
    sign_in: SignIn, manager: AdminUser, clerk: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(last_name="Ann", stage="Hot", country="Peru")
    saved(manager, "stage=Hot&country=Peru", name="Hot in Peru", shared=True)
    saved(manager, "stage=Cold", name="Max's own")
    page = sign_in(manager).get("/contacts/views/")
    text = page.content.decode()
    for piece in ("Hot in Peru", "Max&#x27;s own", "Country: Peru · Stage: Hot", "Yours"):
        assert piece in text
    counts = page.context["lines"][0].counts_href
    assert re.findall(r">(\d+ contacts?)<", sign_in(manager).get(counts).content.decode()) == [
        "0 contacts",
        "1 contact",
    ]
    theirs = sign_in(clerk).get("/contacts/views/").content.decode()
    assert "Max&#x27;s own" not in theirs
    assert "Max Manager" in theirs
    assert "1 part of it is not for you." in theirs
    assert "Stage: Hot" not in theirs
    make_contact(last_name="Ben", country="Peru")
    assert re.findall(r">(\d+ contacts?)<", sign_in(clerk).get(counts).content.decode()) == ["2 contacts"]


def test_the_page_of_all_views_counts_nothing_and_each_count_costs_the_same(
    sign_in: SignIn, manager: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(country="Peru", stage="Hot", title="Boss")
    client = sign_in(manager)
    queries = "country=Peru&stage=Hot", "q=boss", "sort=-company", "title__contains=os"
    for number, query in enumerate(queries * 6):
        saved(manager, query, f"{number:02}")
    lines = client.get("/contacts/views/").context["lines"]
    assert [n for n, line in enumerate(lines) if line.counts_href] == [0, 10, 20]

    def cost(views: Sequence[int]) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/contacts/views/counts/", {"view": views}).status_code == 200
        return len(found)

    ids = [line.view.id for line in lines]
    none = cost([])
    each = [cost([view]) - none for view in ids[:4]]
    assert cost(ids[:4]) == none + sum(each)
    assert cost(ids) == cost(ids[:COUNTED_AT_ONCE])


def test_an_open_view_with_a_layout_and_a_default_costs_the_list_one_query(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(last_name="Ann")
    client = sign_in(user)

    def cost(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    bare = cost("/contacts/")
    views = [saved(user, "", name=f"View {n}") for n in range(5)]
    set_default_view(views[0], access=Access.of(user))
    keep_columns(None, access=Access.of(user), columns=parse_columns("title,stage:90"), density="compact")
    assert cost("/contacts/?view=all") == bare
    assert cost(f"/contacts/?view={views[0]}") == bare


def parameters() -> st.SearchStrategy[str]:
    words = st.sampled_from(["Peru", "A & B", "ü=ö", "10", "2020-01-02", "true", "1-10", "x+y", "", " "])
    names_ = [
        f"{name}{'__' if operator else ''}{operator}"
        for name, f in FIELDS.items()
        for operator in f.operators
    ]
    others = st.sampled_from(["q", "sort", "page_size", "location", "nosuch"])
    sorts = st.sampled_from(["company", "-employees", "last_name", "nosuch"])
    pair = st.one_of(
        st.tuples(st.sampled_from(names_), words), st.tuples(others, words), st.tuples(st.just("sort"), sorts)
    )

    def written(pairs: list[tuple[str, str]]) -> str:
        query = QueryDict(mutable=True)
        for name, value in pairs:
            query.appendlist(name, value)
        return query.urlencode()

    return st.lists(pair, max_size=8).map(written)


@given(parameters())
def test_from_parameters_to_a_view_and_back_nothing_changes(query: str) -> None:
    search = Search.parse(QueryDict(query), EVERYTHING)
    kept = normal_query(search)
    again = Search.parse(QueryDict(kept), EVERYTHING)
    assert again.problems == ()
    assert normal_query(again) == kept
    assert {(one.parameter, frozenset(one.raw)) for one in again.filters} == {
        (one.parameter, frozenset(one.raw)) for one in search.filters
    }
    assert (again.text, again.sort, again.page_size) == (search.text, search.sort, search.page_size)


def test_a_view_keeps_that_names_may_be_spelled_nearly_so(user: AdminUser) -> None:
    view = saved(user, "q=Jonh&similar=names")
    assert opened(f"view={view}", user).search.is_similar
    assert opened(f"view={view}&own=1&q=Jonh", user).is_changed


# As many and as long as can be used.


def test_what_fits_into_no_address_is_no_view(sign_in: SignIn, user: AdminUser) -> None:
    query = "&".join(f"{name}=value{n}" for name in ("city", "state", "country") for n in range(190))
    page = sign_in(user).post("/contacts/views/save-as/", {"name": "Long", "query": query}, follow=True)
    assert "There is too much in this search for a view to keep." in page.content.decode()
    assert not SavedView.objects.exists()


def test_a_person_has_so_many_views_and_no_more(
    sign_in: SignIn, user: AdminUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "MOST_VIEWS", 2)
    client = sign_in(user)
    for name in ("One", "Two", "Three"):
        client.post("/contacts/views/save-as/", {"name": name, "query": "stage=Hot"})
    assert SavedView.objects.count() == 2
    assert "One person has at most 100 views." in client.get("/contacts/views/").content.decode()
    delete_view(SavedView.objects.latest("pk").pk, access=Access.of(user))
    client.post("/contacts/views/save-as/", {"name": "Three", "query": "stage=Hot"})
    deleted = SavedView.objects.get(name="Two")
    page = client.post(f"/contacts/views/{deleted.pk}/restore/", follow=True).content.decode()
    assert "One person has at most 100 views." in page
    assert kept_for(Access.of(user)).views.keys() == {
        view.pk for view in SavedView.objects.exclude(pk=deleted.pk)
    }


def test_of_very_many_views_those_opened_last_say_what_is_new(
    user: AdminUser, make_contact: MakeContact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_WATCHED", 1)
    first, second = (saved(user, "stage=Hot", name=name) for name in ("A", "B"))
    mark_visit(first, access=Access.of(user))
    make_contact(stage="Hot")
    mark_visit(second, access=Access.of(user))
    make_contact(stage="Hot")
    assert new_in(user) == {second: (1, True)}
    for view in (second, first):  # since the same contact
        mark_visit(view, access=Access.of(user))
    make_contact(stage="Hot")
    assert new_in(user) == {first: (1, True)}


@pytest.mark.django_db(transaction=True)
def test_a_name_that_is_given_away_while_its_view_comes_back_is_taken(user: AdminUser) -> None:
    view, access = saved(user, "stage=Hot", "Hot"), Access.of(user)
    delete_view(view, access=access)

    def restored() -> str:
        try:
            return restore_view(view, access=access).name
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            saved(user, "stage=Warm", "Hot")
            restoring = pool.submit(restored)
            wait_until_somebody_waits()
        assert restoring.result(20) == "Hot 2"


@pytest.mark.django_db(transaction=True)
def test_who_opens_a_view_while_it_is_deleted_is_told_that_it_is_gone(user: AdminUser) -> None:
    view, access = saved(user, "stage=Hot"), Access.of(user)

    def visit() -> None:
        try:
            mark_visit(view, access=access)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            delete_view(view, access=access)
            visiting = pool.submit(visit)
            wait_until_somebody_waits()
        with pytest.raises(ViewGone):
            visiting.result(20)
