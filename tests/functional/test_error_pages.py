"""What people see when something is wrong: designed pages with a way on, in the browser as it really happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.functional.population import settle


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


@contextmanager
def broken_notes() -> Iterator[None]:
    """As if a migration had gone wrong: the table of notes is missing for a while."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE contacts_note RENAME TO contacts_note_away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE contacts_note_away RENAME TO contacts_note")


def leads_back(page: Page, status: int) -> None:
    expect(page.get_by_text(f"Error {status}")).to_be_visible()
    expect(page.locator("code").last).to_have_text(page.locator("code").last.inner_text())
    expect(page.get_by_role("link", name="Go to your contacts")).to_be_visible()
    look_everywhere(page)


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("/contacts/%00/", 400, "This request could not be understood"),
        ("/contacts/new/", 403, "You do not have permission for this"),
        ("/contacts/999999/", 404, "There is nothing at this address"),
        ("/contacts/trash/restore/", 405, "This address does not work that way"),
    ],
)
def test_an_address_that_does_not_work(
    visit: Visit, user: AdminUser, path: str, status: int, heading: str
) -> None:
    page = visit(user)
    answer = page.goto(path)
    assert answer
    assert answer.status == status
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    leads_back(page, status)


def test_a_fault_of_the_server(visit: Visit, manager: AdminUser, contacts: dict[str, Contact]) -> None:
    page = visit(manager, expected_statuses={500})
    page.goto("/contacts/")
    with broken_notes():
        page.get_by_role("link", name="Alan Turing").click()
        # Beside the list it is a message; the list stays as it is.
        expect(page.get_by_role("status").filter(has_text="Something broke on our side")).to_be_visible()
        expect(page.get_by_role("link", name="Alan Turing")).to_be_visible()
        page.goto(f"/contacts/{contacts['Alan'].pk}/")
        expect(page.get_by_role("heading", name="Something broke on our side")).to_be_visible()
        leads_back(page, 500)
    page.get_by_role("link", name="Go to your contacts").click()
    expect(page.get_by_role("link", name="Alan Turing")).to_be_visible()


def test_a_form_that_is_out_of_date(visit: Visit, manager: AdminUser, contacts: dict[str, Contact]) -> None:
    page = visit(manager)
    page.goto(f"/contacts/{contacts['Alan'].pk}/edit/")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("heading", name="This form is out of date")).to_be_visible()
    leads_back(page, 403)


def test_more_than_the_server_takes(visit: Visit, manager: AdminUser, contacts: dict[str, Contact]) -> None:
    page = visit(manager)
    page.goto(f"/contacts/{contacts['Alan'].pk}/")
    # Hidden: laying out millions of letters would keep the browser busy. submit(): as a page, not as a part of one.
    page.locator("#note-text").evaluate(
        """area => {
          const text = {type: "hidden", name: "text", value: "x".repeat(2.7e6)};
          area.form.append(Object.assign(document.createElement("input"), text));
          area.form.submit();
        }"""
    )
    expect(page.get_by_role("heading", name="That was too much to send at once")).to_be_visible()
    leads_back(page, 413)


@pytest.mark.parametrize(
    ("path", "status", "heading"),
    [
        ("away/pool/", 503, "Appointment360 is not available right now"),
        ("away/time/", 503, "Appointment360 is not available right now"),
        ("limited/", 429, "Too many attempts in a short time"),
    ],
)
def test_what_no_visitor_can_cause_at_will(
    visit: Visit, user: AdminUser, settings: Any, path: str, status: int, heading: str
) -> None:
    settings.ROOT_URLCONF = "tests.core.test_errors"
    page = visit(user, expected_statuses={status})
    answer = page.goto(f"/pages/{path}")
    assert answer
    assert (answer.status, int(answer.headers["retry-after"]) > 0) == (status, True)
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    leads_back(page, status)


def test_a_part_of_a_page_that_cannot_be_had_is_a_message(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact], settings: Any
) -> None:
    page = visit(manager, expected_statuses={503})
    page.goto("/contacts/")
    settings.ROOT_URLCONF = "tests.functional.database_away"
    page.get_by_role("link", name="Alan Turing").click()
    message = page.get_by_role("status").filter(has_text="Appointment360 is not available right now. Request")
    expect(message).to_be_visible()
    expect(page.get_by_role("link", name="Alan Turing")).to_be_visible()
