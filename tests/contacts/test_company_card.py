"""The company card: what is known of the company and who else works there, each under its right."""

from collections.abc import Callable

import pytest
from django.http import QueryDict
from django.test import Client

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from apps.contacts.pages.company import MOST_SHOWN, company_card
from apps.contacts.queries import search_page
from apps.contacts.search import Search

type SignIn = Callable[[AdminUser], Client]
type MakeContact = Callable[..., Contact]


@pytest.fixture
def ann(make_contact: MakeContact) -> Contact:
    """Ann of Acme, with nine colleagues whose company is spelled in three ways, and Eve who works elsewhere."""
    ann = make_contact(
        first_name="Ann", last_name="Lee", company="Acmé Ltd", employees=1200, annual_revenue=18_400_000
    )
    for number, (seniority, title) in enumerate(
        [
            ("Entry", "Clerk"),
            ("VP", "VP Sales"),
            ("C-Suite", "CEO"),
            ("VP", "VP Ads"),
            ("", ""),
            ("Owner", ""),
        ]
        + [("", "Zookeeper")] * 3
    ):
        company = ("Acme Ltd", "ACME LTD", "Acmé Ltd")[number % 3]
        make_contact(last_name=f"C{number}", company=company, seniority=seniority, title=title)
    make_contact(last_name="Eve", company="Acme Limited")
    return ann


def test_colleagues_are_who_the_company_filter_finds_the_most_senior_first(
    admin: AdminUser, ann: Contact
) -> None:
    access = Access.of(admin)
    card = company_card(ann.pk, access)
    assert card is not None
    assert card.count == 9
    assert [person.name for person in card.colleagues] == ["C5", "C2", "C3", "C1", "C0", "C6"]
    assert len(card.colleagues) == MOST_SHOWN
    assert [fact.label for fact in card.facts] == ["Employees", "Annual revenue"]
    query = card.list_href.partition("?")[2]
    assert query == "company=Acm%C3%A9+Ltd"
    found = search_page(Search.parse(QueryDict(query), access), access)
    assert found.count.number == card.count + 1


def test_order_tells_nothing_of_what_one_may_not_read(clerk: AdminUser, ann: Contact) -> None:
    clerk.column_rights = {"last_name": "read", "company": "read"}
    clerk.save()
    card = company_card(ann.pk, Access.of(clerk))
    assert card is not None
    assert [person.name for person in card.colleagues] == ["C0", "C1", "C2", "C3", "C4", "C5"]
    assert {person.title for person in card.colleagues} == {""}
    assert card.facts == []


def test_without_names_there_is_a_number_only(clerk: AdminUser, ann: Contact) -> None:
    clerk.column_rights = {"company": "read", "email": "read"}
    clerk.save()
    card = company_card(ann.pk, Access.of(clerk))
    assert card is not None
    assert (card.count, card.colleagues) == (9, [])


def test_without_the_company_there_is_no_card(sign_in: SignIn, clerk: AdminUser, ann: Contact) -> None:
    clerk.column_rights = {"last_name": "read", "employees": "read"}
    clerk.save()
    assert company_card(ann.pk, Access.of(clerk)) is None
    client = sign_in(clerk)
    assert client.get(f"/contacts/{ann.pk}/company/").content.strip() == b""
    assert "record-company" not in client.get(f"/contacts/{ann.pk}/").content.decode()


def test_a_contact_without_a_company_or_without_colleagues(
    sign_in: SignIn, user: AdminUser, make_contact: MakeContact
) -> None:
    client = sign_in(user)
    alone = make_contact(last_name="Solo", company="Solo GmbH")
    nowhere = make_contact(last_name="Nowhere")
    assert "Nobody else from there" in client.get(f"/contacts/{alone.pk}/company/").content.decode()
    assert client.get(f"/contacts/{nowhere.pk}/company/").content.strip() == b""
    assert client.get("/contacts/999999/company/").status_code == 404
