"""The pages of bulk acts: what they say before and after, and whom they refuse."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import AdminUser
from apps.contacts.bulk import operations
from apps.contacts.models import Contact
from tests.contacts.bulk.conftest import People
from tests.jobs_done import do_jobs

type SignIn = Callable[[AdminUser], Client]
CONFIRM, ACT = "/contacts/bulk/confirm/", "/contacts/bulk/"


def hidden(page: str, name: str) -> str:
    return re.search(f'name="{name}" value="([^"]*)"', page)[1]  # type: ignore[index]


def agreed(client: Client, **data: str) -> dict[str, str]:
    """What the last step would send."""
    page = client.post(CONFIRM, data).content.decode()
    return {**data, "stated": hidden(page, "stated"), "key": hidden(page, "key")}


@pytest.fixture
def client(sign_in: SignIn, manager: AdminUser) -> Client:
    return sign_in(manager)


def test_it_says_exactly_what_would_be_done_and_does_nothing(client: Client, people: People):
    people(3, country="Spain")
    people(2, country="Spain", stage="Hot")
    page = client.post(CONFIRM, {"act": "set:stage", "value": "Hot", "all": "1", "search": "country=Spain"})
    text = page.content.decode()
    assert "Set Stage to Hot for 5 contacts" in text
    assert "2 already have it." in text
    assert Contact.objects.filter(stage="Hot").count() == 2


def test_agreed_it_is_done_and_can_be_undone(client: Client, people: People):
    ids = people(3, country="Spain")
    contact = ",".join(map(str, ids))
    answer = client.post(
        ACT, agreed(client, act="add:tags", value="vip", contact=contact, search="country=Spain"), follow=True
    )
    assert answer.redirect_chain == [("/contacts/?country=Spain", 302)]
    text = answer.content.decode()
    assert "vip added to Tags of 3 contacts." in text
    client.post(re.search(r'action="(/contacts/operations/\d+/undo/)"', text)[1])  # type: ignore[index]
    assert not Contact.objects.exclude(tags=[]).exists()


def test_another_number_now_is_asked_again(client: Client, people: People):
    people(2, country="Spain")
    data = agreed(client, act="set:stage", value="Hot", all="1", search="country=Spain")
    people(1, country="Spain")
    answer = client.post(ACT, data)
    assert answer.status_code == 409
    assert "Set Stage to Hot for 3 contacts" in answer.content.decode()
    assert not Contact.objects.filter(stage="Hot").exists()


def test_a_number_that_cannot_be_is_asked_again(client: Client, people: People):
    people(2, country="Spain")
    data = agreed(client, act="set:stage", value="Hot", all="1", search="country=Spain")
    answer = client.post(ACT, {**data, "stated": str(2**31)})
    assert answer.status_code == 409
    assert "Set Stage to Hot for 2 contacts" in answer.content.decode()


def test_many_have_a_page_that_can_be_watched_and_stopped(
    client: Client, people: People, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn, admin: AdminUser
):
    monkeypatch.setattr(operations, "AT_ONCE", 1)
    people(3)
    answer = client.post(ACT, agreed(client, act="set:stage", value="Hot", all="1", search=""), follow=True)
    ((path, _),) = answer.redirect_chain
    assert "Working on it" in answer.content.decode()
    assert sign_in(admin).get(path).status_code == 404
    do_jobs()
    text = client.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Stage of 3 contacts: Hot." in text
    assert "hx-trigger" not in text
    assert "/undo/" in text
    stopped = client.post(f"{path}cancel/", follow=True).content.decode()
    assert "Stage of 3 contacts: Hot." in stopped


@pytest.mark.parametrize(
    "act",
    ["set:created_at", "set:nosuch", "set:", "add:stage", "nosuch", "", "delete:x:y", "undo", "undo:title"],
)
def test_acts_that_are_none_are_not_found(client: Client, people: People, act: str):
    (pk,) = people(1)
    for path in (CONFIRM, ACT):
        answer = client.post(path, {"act": act, "contact": str(pk), "value": "x"})
        assert answer.status_code == 404
    assert Contact.objects.count() == 1
    for step in ("edit", "count"):  # steps on the way, and nothing that could be done
        assert client.post(ACT, {"act": step, "contact": str(pk)}).status_code == 404


def test_hidden_fields_are_not_found_like_those_that_do_not_exist(sign_in: SignIn, people: People):
    rights = {"last_name": "read", "stage": "read", "title": "edit"}
    clerk = AdminUser.objects.create_user("c@x.example", role="manager", column_rights=rights)
    client = sign_in(clerk)
    (pk,) = people(1)
    for field in ("stage", "email", "nosuch"):
        data = {"act": f"set:{field}", "contact": str(pk), "value": "x"}
        assert client.post(CONFIRM, data).status_code == 404
    choices = client.post(CONFIRM, {"act": "edit", "contact": str(pk)}).content.decode()
    assert re.findall(r'<option value="([^"]+)"', choices) == ["set:title"]


def test_a_search_of_which_part_was_left_out_is_refused(sign_in: SignIn, people: People):
    clerk = AdminUser.objects.create_user("c@x.example", role="manager", column_rights={"title": "edit"})
    people(2)
    data = {"act": "set:title", "value": "x", "all": "1", "search": "country=Spain"}
    answer = sign_in(clerk).post(CONFIRM, data, follow=True)
    assert "Nothing was done." in answer.content.decode()


@pytest.mark.parametrize(
    ("value", "words"), [("a\0b", "NUL"), ("x" * 300, "too long"), ("", "Write at least one.")]
)
def test_a_wrong_value_is_said_and_stays(client: Client, people: People, value: str, words: str):
    (pk,) = people(1)
    data = {"act": "add:tags", "contact": str(pk), "value": value, "stated": "1", "key": "k"}
    for path in (CONFIRM, ACT):
        answer = client.post(path, data)
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_keys_are_not_set_for_many(client: Client, people: People):
    (pk,) = people(1)
    answer = client.post(CONFIRM, {"act": "set:email", "contact": str(pk), "value": "a@x.example"})
    assert answer.status_code == 422
    assert "No two contacts can have the same." in answer.content.decode()


def test_nobody_chosen_is_said(client: Client):
    answer = client.post(CONFIRM, {"act": "delete", "contact": "", "search": "country=Spain"}, follow=True)
    assert answer.redirect_chain[0][0] == "/contacts/?country=Spain"
    assert "Tick the contacts first." in answer.content.decode()


def test_a_script_is_told_where_to_go(client: Client, people: People):
    (pk,) = people(1)
    data = agreed(client, act="delete", contact=str(pk))
    answer = client.post(ACT, data, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/contacts/")


def test_all_that_match_are_counted_exactly_on_asking(client: Client, people: People):
    people(3, country="Spain")
    text = client.post(CONFIRM, {"act": "count", "all": "1", "search": "country=Spain"}).content.decode()
    assert "3 contacts match" in text


def test_deleting_needs_its_own_right(sign_in: SignIn, people: People):
    editor = AdminUser.objects.create_user(
        "e@x.example", role="manager", capability_overrides={"delete": False}
    )
    (pk,) = people(1)
    assert sign_in(editor).post(CONFIRM, {"act": "delete", "contact": str(pk)}).status_code == 403


def test_thousands_are_done_by_the_number_that_was_stated(client: Client, people: People):
    people(1001)
    answer = client.post(ACT, agreed(client, act="set:stage", value="Hot", all="1", search=""))
    assert answer.status_code == 302
    assert "Set Stage to Hot for 1,001 contacts" in client.get(answer["Location"]).content.decode()
