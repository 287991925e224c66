"""Coming in and leaving, as a person does."""

import re
from collections.abc import Callable

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import Page, expect

from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.jobs_done import do_jobs

PASSWORD = "correct horse battery staple"


@pytest.fixture
def manager_with_password(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


def fill_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_wrong_password_is_refused_and_the_right_one_leads_to_the_page_asked_for(
    visit: Visit, manager_with_password: AdminUser, make_contact: Callable[..., Contact]
) -> None:
    make_contact(first_name="Grace", last_name="Hopper", country="United States")
    page = visit()
    page.goto("/contacts/?country=United+States")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    fill_in(page, "max@staff.example", "not this one")
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is not correct.")
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


def test_a_forgotten_password_is_replaced_through_the_mail(
    visit: Visit, manager_with_password: AdminUser, mailoutbox: list[EmailMessage]
) -> None:
    page = visit()
    page.goto("/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail address").fill("max@staff.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()

    do_jobs()
    (mail,) = mailoutbox
    link = re.search(r"https?://[^/]+(/password-reset/key/\S+)", str(mail.body))
    assert link
    page.goto(link[1])
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    look_everywhere(page)
    page.get_by_label("New password").fill("short")
    page.get_by_label("The same once more").fill("short")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_text("at least 12 characters").first).to_be_visible()
    page.get_by_label("New password").fill("a whole new horse battery")
    page.get_by_label("The same once more").fill("a whole new horse battery")
    page.get_by_role("button", name="Save the password").click()
    page.get_by_role("link", name="Sign in").click()
    fill_in(page, "max@staff.example", "a whole new horse battery")
    expect(page.get_by_role("heading", name="Contacts", level=1)).to_be_visible()

    page.goto(link[1])
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()


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
