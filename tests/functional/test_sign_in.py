"""Coming in and leaving, as a person does."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import AdminUser
from apps.contacts.models import Contact

PASSWORD = "correct horse battery staple"

type Visit = Callable[..., Page]


@pytest.fixture
def manager_with_password(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


def fill_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_wrong_password_is_refused_and_the_right_one_leads_to_the_page_asked_for(
    visit: Visit, manager_with_password: AdminUser, make_contact: Callable[..., Contact]
) -> None:
    make_contact(first_name="Grace", last_name="Hopper", country="United States")
    page = visit()
    page.goto("/contacts/?country=United+States")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    fill_in(page, "max@staff.example", "not this one")
    expect(page.get_by_role("alert")).to_contain_text("not correct")
    expect(page.get_by_label("E-mail address")).to_have_value("max@staff.example")

    fill_in(page, "MAX@staff.example", PASSWORD)
    expect(page).to_have_url("/contacts/?country=United+States")
    expect(page.get_by_role("link", name="Grace Hopper")).to_be_visible()


def test_signing_out_closes_every_page(visit: Visit, manager_with_password: AdminUser) -> None:
    page = visit()
    page.goto("/")
    fill_in(page, "max@staff.example", PASSWORD)
    page.get_by_role("button", name="Max Manager").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.goto("/contacts/")
    expect(page).to_have_url("/login/?next=/contacts/")
    page.go_back()
    expect(page.get_by_role("heading", name="Contacts")).to_have_count(0)


def test_a_session_that_ended_meanwhile_leads_to_sign_in_and_back(
    visit: Visit, manager_with_password: AdminUser, make_contact: Callable[..., Contact]
) -> None:
    make_contact(first_name="Grace", last_name="Hopper", seniority="VP")
    page = visit(manager_with_password)
    page.goto("/contacts/")
    page.context.clear_cookies()

    page.get_by_role("checkbox", name="VP 1").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    fill_in(page, "max@staff.example", PASSWORD)
    expect(page.get_by_role("heading", name="Contacts")).to_be_visible()
