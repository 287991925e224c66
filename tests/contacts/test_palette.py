"""The palette: pages, acts and people, each only for whom it is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from apps.contacts.palette.people import MOST, people
from apps.contacts.palette.places import places
from apps.contacts.palette.sources import LONGEST_TEXT
from apps.contacts.palette.views import views
from apps.contacts.saved_views.operations import Look, save_view_as, share_view
from apps.contacts.search import Search

pytestmark = pytest.mark.django_db
ALL = Access.of_operator()
type SignIn = Callable[[AdminUser], Client]


@pytest.fixture
def contacts(make_contact: Callable[..., Contact]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "first_name": "Grace",
            "last_name": "Hopper",
            "title": "Admiral",
            "company": "Navy",
            "email": "g@navy.example",
        },
        {"first_name": "Graciela", "last_name": "Höpfner"},
        {
            "first_name": "Ana",
            "last_name": "de la Cruz",
            "mobile_phone": "(202) 555-0143",
            "country": "United States",
        },
        {"first_name": "", "last_name": "", "company": "Navy Yard"},
        {"first_name": "100%", "last_name": "a_b"},
    ]
    for row in rows:
        make_contact(**row)


def labels(text: str, access: Access = ALL) -> list[str]:
    return [item.label for item in people(text, access)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gra", ["Grace Hopper", "Graciela Höpfner"]),
        ("GRACE", ["Grace Hopper"]),
        ("hop", ["Graciela Höpfner", "Grace Hopper"]),
        ("grace hopper", ["Grace Hopper"]),
        ("grace h", ["Grace Hopper"]),
        ("grac h", ["Graciela Höpfner", "Grace Hopper"]),
        ("hopper grace", ["Grace Hopper"]),
        ("Hopper, Grace", ["Grace Hopper"]),
        ("ana de la cruz", ["Ana de la Cruz"]),
        ("de la", ["Ana de la Cruz"]),
        ("g@navy.example", ["Grace Hopper"]),
        ("Grace <g@navy.example>", ["Grace Hopper"]),
        ("navy", ["Grace Hopper", "Navy Yard"]),
        ("+1 202 555 0143", ["Ana de la Cruz"]),
        ("tel:2025550143", ["Ana de la Cruz"]),
        ("100%", ["100% a_b"]),
        ("%", []),
        ("_", []),
        ("zzz", []),
        ("", []),
        (":", []),
        ("company:navy", []),
    ],
)
def test_people_are_found_by_how_their_name_e_mail_or_company_begins(
    contacts: None, text: str, expected: list[str]
) -> None:
    assert labels(text) == expected


def test_a_person_has_a_second_line_and_an_address(contacts: None) -> None:
    [item] = people("grace hopper", ALL)
    assert item.detail == "Admiral · Navy · g@navy.example"
    assert item.href == Contact.objects.get(first_name="Grace").get_absolute_url()


def test_eight_are_enough(make_contact: Callable[..., Contact]) -> None:
    for number in range(MOST + 3):
        make_contact(first_name="Ann", last_name=f"Lee {number}")
    assert len(people("ann", ALL)) == len(people("lee ann", ALL)) == MOST


def test_hidden_columns_neither_find_nor_show(contacts: None, clerk: AdminUser, user: AdminUser) -> None:
    access = Access.of(clerk)
    assert labels("g@navy", access) == []
    assert labels("2025550143", access) == []
    assert [item.detail for item in people("grace hopper", access)] == ["Admiral · Navy"]
    user.column_rights = {"company": "read"}
    assert labels("grace", Access.of(user)) == []
    assert labels("navy y", Access.of(user)) == ["Navy Yard"]
    user.capability_overrides = {"browse": False}
    assert labels("navy", Access.of(user)) == []


def test_the_order_of_people_tells_nothing_of_a_hidden_first_name(
    make_contact: Callable[..., Contact], user: AdminUser
) -> None:
    made = [make_contact(first_name=chr(122 - n), last_name="Lee") for n in range(MOST + 2)]
    user.column_rights = {"last_name": "read"}
    hrefs = [item.href for item in people("lee", Access.of(user))]
    assert hrefs == [contact.get_absolute_url() for contact in made[:MOST]]


def named(access: Access) -> set[str]:
    return {item.label for group in places(access) for item in group.items}


def test_pages_and_acts_are_those_that_somebody_may_open(
    user: AdminUser, manager: AdminUser, admin: AdminUser
) -> None:
    for_users, for_managers, for_admins = (named(Access.of(person)) for person in (user, manager, admin))
    assert {"Contacts", "Industries", "Activity", "Your account", "Sign out"} <= for_users
    assert not {"Trash", "New contact", "Users", "Operations", "Security log"} & for_users
    assert for_managers - for_users == {"Trash", "New contact"}
    assert {"Users", "Operations", "Security log", "Columns of a role"} <= for_admins


def test_every_offered_page_opens(sign_in: SignIn, admin: AdminUser) -> None:
    client = sign_in(admin)
    for group in places(Access.of(admin)):
        for item in group.items:
            if item.href:
                assert client.get(item.href, follow=True).status_code == 200, item


def test_the_answer_is_markup_for_the_list_alone(contacts: None, sign_in: SignIn, user: AdminUser) -> None:
    answer = sign_in(user).get("/palette/", {"q": "grace"})
    page = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert 'role="option"' in page
    assert "Grace Hopper" in page
    assert "<html" not in page


def test_what_contacts_are_called_is_no_markup(
    make_contact: Callable[..., Contact], sign_in: SignIn, user: AdminUser
) -> None:
    make_contact(first_name="Bo<b>x</b>", company='"><script>x</script>')
    page = sign_in(user).get("/palette/", {"q": "bo"}).content.decode()
    assert "Bo&lt;b&gt;" in page
    assert "<b>" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "a\0b",
        "x" * (LONGEST_TEXT * 50),
        "' OR 1=1 --",
        "%s %(a)s {0}",
        "\\",
        "a " * 60,
        "mailto:%00",
        "tel:%00x y",
    ],
)
def test_any_text_gets_an_answer(contacts: None, sign_in: SignIn, user: AdminUser, text: str) -> None:
    assert sign_in(user).get("/palette/", {"q": text}).status_code == 200


def test_every_page_has_it_for_whom_it_is(sign_in: SignIn, user: AdminUser, client: Client) -> None:
    assert 'id="palette"' in sign_in(user).get("/industries/").content.decode()
    assert 'id="palette"' not in client.get("/login/").content.decode()


def test_views_are_found_by_their_name_ones_own_and_shared_ones(user: AdminUser, manager: AdminUser) -> None:
    mine, theirs = Access.of(user), Access.of(manager)
    nothing = Search.parse(QueryDict(), mine)
    save_view_as(access=mine, name="Hot in Peru", look=Look(nothing))
    save_view_as(access=theirs, name="Hot and private", look=Look(nothing))
    shared = save_view_as(access=theirs, name="Hot and shared", look=Look(nothing))
    share_view(shared.pk, access=theirs, is_shared=True)
    assert [(item.label, item.detail) for item in views("HOT", mine)] == [
        ("Hot and shared", "Shared"),
        ("Hot in Peru", "Private"),
    ]
    assert views("", mine) == views("100%", mine) == []
