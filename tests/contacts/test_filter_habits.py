"""Pinned groups and recent filters: kept for one person, shown as far as they may read, at no cost to the list."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.filter_habits.models import FilterHabits
from apps.contacts.filter_habits.queries import MOST_RECENT, habits_of

type SignIn = Callable[[AdminUser], Client]


def groups(client: Client) -> list[str]:
    page = client.get("/contacts/").content.decode()
    return [part.split('"', 1)[0] for part in page.split('data-group="')[1:]]


def recent_of(person: AdminUser) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.parameter, found.raw) for found in habits_of(Access.of(person)).recent]


def test_a_pinned_group_comes_first_for_its_person_alone_until_it_is_unpinned(
    sign_in: SignIn, user: AdminUser, manager: AdminUser
) -> None:
    mine, theirs = sign_in(user), sign_in(manager)
    usual = groups(mine)
    assert mine.post("/contacts/filters/pin/", {"pin": "tags"}).status_code == 302  # no such group
    for key in ("dates", "company", "dates"):
        mine.post("/contacts/filters/pin/", {"pin": key})
    assert groups(mine)[:2] == ["company", "dates"]
    assert groups(theirs) == usual
    mine.post("/contacts/filters/pin/", {"unpin": "company"})
    mine.post("/contacts/filters/pin/", {"unpin": "dates"})
    assert groups(mine) == usual


def test_the_latest_filters_come_first_each_once_and_can_be_forgotten(
    sign_in: SignIn, user: AdminUser
) -> None:
    client = sign_in(user)
    for number in range(MOST_RECENT + 3):
        client.post("/contacts/filters/note/", {"title": f"T{number}"})
    client.post("/contacts/filters/note/", {"title": "T9", "q": "ann", "sort": "title"})
    kept = recent_of(user)
    assert len(kept) == MOST_RECENT
    assert kept[:2] == [("title", ("T9",)), ("title", ("T10",))]
    page = client.get("/contacts/?company=Acme").content.decode()
    assert 'href="/contacts/?company=Acme&amp;title=T9"' in page
    client.post("/contacts/filters/forget/")
    assert recent_of(user) == []
    assert "Recent filters" not in client.get("/contacts/").content.decode()


def test_a_filter_on_a_column_that_was_hidden_since_is_not_shown(sign_in: SignIn, user: AdminUser) -> None:
    client = sign_in(user)
    client.post("/contacts/filters/note/", {"company": "Acme", "title": "Secret"})
    client.post("/contacts/filters/pin/", {"pin": "title"})
    AdminUser.objects.filter(pk=user.pk).update(column_rights={"company": "read"})
    person = AdminUser.objects.get(pk=user.pk)
    assert recent_of(person) == [("company", ("Acme",))]
    page = client.get("/contacts/").content.decode()
    assert "Secret" not in page
    assert groups(client) == ["company"]


def test_filters_that_may_not_be_read_are_not_even_remembered(sign_in: SignIn, clerk: AdminUser) -> None:
    sign_in(clerk).post("/contacts/filters/note/", {"email": "a@x.example", "nosuch": "1", "title": ""})
    assert not FilterHabits.objects.exists()


@pytest.mark.parametrize("path", ["pin", "note", "forget"])
def test_whoever_only_looks_as_somebody_changes_nothing_of_theirs(
    sign_in: SignIn, admin: AdminUser, user: AdminUser, path: str
) -> None:
    client = sign_in(admin)
    client.post(f"/users/{user.pk}/see-as/")
    client.post(f"/contacts/filters/{path}/", {"pin": "company", "company": "Acme"})
    assert not FilterHabits.objects.filter(person_id=user.pk).exists()
