"""The palette, by keys alone, by mouse, on a phone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.population import settle
from tests.functional.visitor import PHONE


@pytest.fixture
def page(visit: Visit, admin: AdminUser) -> Page:
    settle(Access.of(admin))
    page = visit(admin)
    page.goto("/contacts/")
    return page


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Go to anything")


def chosen(page: Page) -> Locator:
    return palette(page).get_by_role("option", selected=True)


def text(page: Page) -> Locator:
    return palette(page).get_by_role("combobox")


def test_by_keys_it_opens_finds_a_person_and_goes_there(page: Page) -> None:
    page.keyboard.press("Control+k")
    expect(text(page)).to_be_focused()
    expect(chosen(page)).to_have_count(1)
    page.keyboard.type("hopp")
    person = palette(page).get_by_role("option", name="Grace Hopper")
    expect(person).to_contain_text("Rear Admiral · Navy Yard · grace@navy.example")
    expect(palette(page).get_by_role("status")).to_have_text("1 result")
    while "Grace" not in chosen(page).inner_text():
        page.keyboard.press("ArrowDown")
    expect(text(page)).to_have_attribute("aria-activedescendant", person.get_attribute("id") or "-")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/contacts/\d+/"))
    expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()


def test_pages_are_there_before_any_answer_and_arrows_go_round(page: Page) -> None:
    page.route("**/palette/**", lambda route: None)  # an answer that never comes
    page.keyboard.press("Control+k")
    page.keyboard.type("indus")
    expect(chosen(page)).to_have_text("Industries")
    page.keyboard.press("ArrowUp")
    expect(chosen(page)).to_contain_text("Search all contacts for “indus”")
    page.keyboard.press("ArrowDown")
    expect(chosen(page)).to_have_text("Industries")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/industries/")


def test_escape_closes_it_and_focus_goes_back(page: Page) -> None:
    row = page.get_by_role("link", name="Grace Hopper", exact=True)
    row.focus()
    page.keyboard.press("Control+k")
    expect(text(page)).to_be_focused()
    page.keyboard.press("Escape")
    expect(palette(page)).to_be_hidden()
    expect(row).to_be_focused()
    page.keyboard.press("Control+k")
    expect(text(page)).to_be_focused()
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_hidden()


def test_ctrl_enter_opens_beside(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("industries")
    expect(chosen(page)).to_have_text("Industries")
    with page.context.expect_page() as opened:
        page.keyboard.press("Control+Enter")
    expect(opened.value).to_have_url(re.compile("/industries/$"))
    expect(page).to_have_url("/contacts/")


def test_acts_are_done(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("dark mode")
    expect(chosen(page)).to_have_text("Switch between light and dark")
    with page.expect_response("**/profile/appearance/**"):
        page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    page.keyboard.press("Control+k")
    page.keyboard.type("shortcuts")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_hidden()
    page.keyboard.press("Escape")

    page.keyboard.press("Control+k")
    expect(palette(page).get_by_role("option", name="New contact")).to_have_count(1)
    page.keyboard.type("sign out")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/login/"))


def test_everything_that_was_not_found_can_be_searched_for(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("bletchley & park")
    expect(palette(page).get_by_role("status")).to_have_text("Nothing found")
    expect(chosen(page)).to_have_text("Search all contacts for “bletchley & park”")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/contacts/?q=bletchley+%26+park")


def test_what_goes_wrong_is_said(visit: Visit, admin: AdminUser) -> None:
    page = visit(admin, expected_statuses=[503])
    page.goto("/industries/")
    page.route("**/palette/**", lambda route: route.fulfill(status=503))
    page.keyboard.press("Control+k")
    expect(palette(page).get_by_role("status")).to_have_text("People could not be looked up just now.")
    expect(palette(page).get_by_role("option", name="Contacts", exact=True)).to_be_visible()


def test_by_button_on_a_phone(visit: Visit, user: AdminUser) -> None:
    page = visit(user, viewport=PHONE)
    page.goto("/contacts/")
    page.get_by_role("button", name="Uma User").click()
    page.get_by_role("button", name="Go to anything").click()
    expect(text(page)).to_be_focused()
    page.keyboard.type("your dev")
    palette(page).get_by_role("option", name="Your devices").click()
    expect(page).to_have_url(re.compile("/sessions/"))
