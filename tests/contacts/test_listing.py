"""The contact list and its option lists, as pages."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from apps.accounts.models import AdminUser
from apps.contacts.models import Contact

type SignIn = Callable[[AdminUser], Client]
type MakeContact = Callable[..., Contact]


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_empty_database_says_what_to_do(sign_in: SignIn, manager: AdminUser) -> None:
    page = text_of(sign_in(manager), "/contacts/")
    assert "import_contacts" in page


def test_the_list_shows_people_and_counts(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(
        first_name="Ann",
        last_name="Ode",
        company="Orchid",
        email="ann@orchid.example",
        email_status="Verified",
    )
    page = text_of(sign_in(user), "/contacts/")
    for piece in ("Ann Ode", "Orchid", "ann@orchid.example", 'aria-label="Verified"'):
        assert piece in page


def test_a_filter_shows_its_chip_and_the_way_back(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(first_name="Ann", seniority="VP", country="India")
    make_contact(first_name="Barnabas", seniority="Entry")
    page = text_of(sign_in(user), "/contacts/?seniority=VP&country__not=Peru")
    assert "Ann" in page
    assert "Barnabas" not in page
    assert 'href="/contacts/?country__not=Peru"' in page
    assert "Not country" in page


def test_unknown_and_forbidden_parameters_are_named_alike_and_the_rest_works(
    sign_in: SignIn, clerk: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(first_name="Ann", company="Orchid", seniority="VP")
    make_contact(first_name="Barnabas", company="Acme")
    client = sign_in(clerk)
    pages = [text_of(client, f"/contacts/?company=Orchid&{name}=VP") for name in ("seniority", "nosuch123")]
    assert all(
        "Ann" in page and "Barnabas" not in page and "There is no such filter." in page for page in pages
    )


def test_the_open_record_is_part_of_the_page(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    contact = make_contact(first_name="Ann", last_name="Ode", website="https://ann.example/about")
    page = text_of(sign_in(user), f"/contacts/?record={contact.pk}")
    assert "ann.example/about" in page
    for broken in ("x", "-1", "9" * 30, "0"):
        text_of(sign_in(user), f"/contacts/?record={broken}")


def test_pages_are_linked_both_ways(sign_in: SignIn, user: AdminUser, make_contact: MakeContact) -> None:
    for number in range(3):
        make_contact(last_name=f"N{number}")
    client = sign_in(user)
    first = client.get("/contacts/?page_size=2")
    assert first.context["previous_href"] is None
    second = client.get(first.context["next_href"])
    assert [row.name for row in second.context["rows"]] == ["N2"]
    assert second.context["next_href"] is None
    back = client.get(second.context["previous_href"])
    assert [row.name for row in back.context["rows"]] == ["N0", "N1"]
    assert (back.context["first_index"], back.context["last_index"]) == (1, 2)


def test_options_as_typed(sign_in: SignIn, user: AdminUser, make_contact: MakeContact) -> None:
    make_contact(title="Engineer", company="Żubr")
    make_contact(title="Sales engineer")
    make_contact(title="Engineer")
    client = sign_in(user)
    answer = client.get("/contacts/options/title/?q=ENG").json()
    assert answer == {
        "results": [
            {"id": "Engineer", "text": "Engineer", "count": 2},
            {"id": "Sales engineer", "text": "Sales engineer", "count": 1},
        ],
        "pagination": {"more": False},
    }
    assert client.get("/contacts/options/company/?q=zub").json()["results"][0]["id"] == "Żubr"
    assert client.get("/contacts/options/title/?q=%00").status_code == 400
    assert client.get("/contacts/options/title/?q=" + "x" * 3000).json()["results"] == []


def test_options_of_a_location_come_from_all_three_places(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(city="Pune", country="India")
    make_contact(city="Indore", country="India")
    results = sign_in(user).get("/contacts/options/location/?q=in").json()["results"]
    assert [(option["id"], option["count"]) for option in results] == [("India", 2), ("Indore", 1)]


@pytest.mark.parametrize(
    ("readable", "offered"),
    [
        (["city", "state", "country"], ["India"]),
        (["city", "state"], ["Maharashtra"]),
        (["city"], ["Pune"]),
    ],
)
def test_a_locations_first_values_are_the_widest_places_one_may_read(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact, readable: list[str], offered: list[str]
) -> None:
    make_contact(city="Pune", state="Maharashtra", country="India")
    user.column_rights = dict.fromkeys(readable, "read")
    user.save()
    page = sign_in(user).get("/contacts/").content.decode()
    shown = re.findall('name="location" value="([^"]*)"', page)
    assert shown == offered
    assert "India" not in page or "country" in readable


@pytest.mark.parametrize(
    "field", ["seniority", "email", "nosuch", "id", "custom", "owner__password", "industry"]
)
def test_options_of_a_forbidden_field_are_not_found(sign_in: SignIn, clerk: AdminUser, field: str) -> None:
    assert sign_in(clerk).get(f"/contacts/options/{field}/?q=a").status_code == 404


def test_a_fragment_is_asked_for_by_its_target(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    make_contact(first_name="Ann")
    answer = sign_in(user).get("/contacts/", headers={"HX-Request": "true", "HX-Target": "section#results"})
    page = answer.content.decode()
    assert "Ann" in page
    assert "<html" not in page


def test_a_fragment_asked_for_after_the_session_ended_goes_to_sign_in(client: Client, db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/contacts/?q=ann"}
    answer = client.get("/contacts/?q=anna", headers=headers)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/login/?next=/contacts/%3Fq%3Dann"


def test_the_sheet_of_keys_holds_only_what_one_may_do(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, clerk: AdminUser
) -> None:
    def keys(person: AdminUser) -> set[str]:
        sheet = (
            sign_in(person)
            .get("/contacts/")
            .content.decode()
            .partition('class="key-list"')[2]
            .partition("</dl>")[0]
        )
        return {re.sub("<.*?>", "", key) for key in re.findall("<dt>(.*?)</dt>", sheet)}

    managing = {"x", "Shift j k", "n", "Ctrl z", "g t"}
    records = {"s", "o", "t", "m"}
    editing = {"e", "F2", "c"}
    assert managing | records | editing | {"/", "j k", "Enter", "Esc", "?"} <= keys(manager)
    assert keys(user) == keys(manager) - managing
    assert keys(clerk) == keys(user) - records
    clerk.column_rights = dict.fromkeys(clerk.column_rights, "read")
    clerk.save()
    assert keys(clerk) == keys(user) - records - editing
