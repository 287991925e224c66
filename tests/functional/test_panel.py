"""A record beside the list and on a page of its own, by mouse and by keys."""

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.list_page import record_panel, row_of
from tests.functional.population import settle


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


@pytest.fixture
def page(visit: Visit, manager: AdminUser, contacts: dict[str, Contact]) -> Page:
    """The list of Grace Hopper, Hedy Lamarr and Alan Turing, in this order."""
    page = visit(manager)
    page.goto("/contacts/")
    expect(row_of(page, "Grace Hopper")).to_be_visible()
    return page


def test_the_mouse_opens_steps_and_closes(page: Page, contacts: dict[str, Contact]) -> None:
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    title = record_panel(page).get_by_role("heading", name="Grace Hopper")
    expect(title).to_be_focused()
    expect(page).to_have_url(f"/contacts/?record={contacts['Grace'].pk}")
    expect(record_panel(page)).to_contain_text("Rear admiral (lower half)")

    record_panel(page).get_by_role("link", name="Next contact").click()
    expect(record_panel(page).get_by_role("heading", name="Hedy Lamarr")).to_be_visible()
    record_panel(page).get_by_role("link", name="Previous contact").click()
    expect(title).to_be_visible()

    page.reload()
    expect(title).to_be_visible()
    record_panel(page).get_by_role("link", name="Close").click()
    expect(record_panel(page).get_by_role("heading")).to_have_count(0)
    expect(page).to_have_url("/contacts/")
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_be_focused()


def test_back_closes_the_panel_and_forward_opens_it_again(page: Page) -> None:
    page.get_by_role("link", name="Alan Turing").click()
    expect(record_panel(page).get_by_role("heading", name="Alan Turing")).to_be_visible()
    page.go_back()
    expect(record_panel(page).get_by_role("heading")).to_have_count(0)
    page.go_forward()
    expect(record_panel(page).get_by_role("heading", name="Alan Turing")).to_be_visible()


def test_keys_walk_open_close_and_edit(page: Page, contacts: dict[str, Contact]) -> None:
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Alan Turing")).to_be_focused()
    page.keyboard.press("k")
    expect(page.get_by_role("link", name="Hedy Lamarr")).to_be_focused()

    page.keyboard.press("Enter")
    expect(record_panel(page).get_by_role("heading", name="Hedy Lamarr")).to_be_focused()
    page.keyboard.press("j")
    expect(record_panel(page).get_by_role("heading", name="Alan Turing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(record_panel(page).get_by_role("heading")).to_have_count(0)
    expect(page.get_by_role("link", name="Alan Turing")).to_be_focused()

    page.keyboard.press("e")
    expect(page).to_have_url(f"/contacts/{contacts['Alan'].pk}/edit/")


def test_the_sheet_of_keys_opens_by_question_mark_and_can_switch_them_off(page: Page) -> None:
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    sheet.get_by_role("radio", name="Off").check(force=True)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search contacts")).not_to_be_focused()
    page.reload()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Grace Hopper", exact=True)).not_to_be_focused()


def test_the_record_is_a_page_of_its_own_with_a_place_for_notes(page: Page) -> None:
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    record_panel(page).get_by_role("link", name="Open as a page").click()
    expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="grace@navy.example")).to_have_attribute(
        "href", "mailto:grace@navy.example"
    )

    page.get_by_role("textbox", name="A note about Grace Hopper").fill(
        "Called back.\nSends the <b>nanosecond</b>."
    )
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("listitem").filter(has_text="Called back.")).to_contain_text("<b>nanosecond</b>")
    expect(page.get_by_role("listitem").filter(has_text="Called back.")).to_contain_text("Max Manager")

    page.get_by_role("link", name="Next contact").click()
    expect(page.get_by_role("heading", name="Hedy Lamarr", level=1)).to_be_visible()
    page.get_by_role("link", name="Contacts", exact=True).first.click()
    expect(row_of(page, "Hedy Lamarr")).to_be_visible()


def test_a_note_is_written_in_the_panel_too(page: Page) -> None:
    page.get_by_role("link", name="Alan Turing").click()
    page.get_by_role("textbox", name="A note about Alan Turing").fill("Runs marathons.")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("Runs marathons.")).to_be_visible()


def test_a_panel_of_a_contact_that_is_gone_says_so(page: Page, contacts: dict[str, Contact]) -> None:
    Contact.objects.filter(pk=contacts["Alan"].pk).delete()
    page.get_by_role("link", name="Alan Turing").click()
    expect(page.get_by_role("status").filter(has_text="nothing at this address")).to_be_visible()
    expect(record_panel(page).get_by_role("heading")).to_have_count(0)
