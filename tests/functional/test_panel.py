"""A record beside the list and on a page of its own, by mouse and by keys."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.list_page import chips, names, record_panel, row_of
from tests.functional.population import crowd, settle


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
    expect(page).to_have_url(f"/contacts/?record={contacts['Grace'].pk}")  # set after the record is shown

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
    expect(page.get_by_role("heading", name="Edit Alan Turing")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(record_panel(page).get_by_role("heading", name="Alan Turing")).to_be_visible()


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
    expect(page.locator("#notes").get_by_role("listitem").filter(has_text="Called back.")).to_contain_text(
        "<b>nanosecond</b>"
    )
    expect(page.locator("#notes").get_by_role("listitem").filter(has_text="Called back.")).to_contain_text(
        "Max Manager"
    )

    page.get_by_role("link", name="Next contact").click()
    expect(page.get_by_role("heading", name="Hedy Lamarr", level=1)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="Alan Turing", level=1)).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", name="Hedy Lamarr", level=1)).to_be_visible()
    page.get_by_role("link", name="Contacts", exact=True).first.click()
    expect(row_of(page, "Hedy Lamarr")).to_be_visible()


def test_a_note_is_written_in_the_panel_without_leaving_the_list(page: Page) -> None:
    page.goto("/contacts/?country=United+Kingdom")
    page.get_by_role("link", name="Alan Turing").click()
    note = record_panel(page).get_by_role("textbox", name="A note about Alan Turing")
    note.fill("Runs marathons.")
    record_panel(page).get_by_role("button", name="Add note").click()
    expect(page.locator("#record-notes").get_by_text("Runs marathons.")).to_be_visible()
    expect(note).to_be_focused()
    expect(note).to_have_value("")
    expect(chips(page)).to_have_text("Country: United Kingdom")


def test_what_is_begun_beside_the_list_leads_back_to_it(page: Page, contacts: dict[str, Contact]) -> None:
    place = f"/contacts/?seniority=Founder&record={contacts['Hedy'].pk}"
    page.goto("/contacts/?seniority=Founder")
    page.get_by_role("link", name="Hedy Lamarr").click()
    expect(record_panel(page).get_by_role("heading", name="Hedy Lamarr")).to_be_focused()
    page.keyboard.press("e")
    # The list has fields of that name too, and is still there when the key is up.
    expect(page).to_have_url(re.compile(r"/edit/"))
    page.get_by_label("Employees").fill("many")
    page.get_by_role("button", name="Save changes").click()
    expect(page.locator(".field-error")).to_be_visible()
    page.get_by_label("Employees").fill("12")
    page.get_by_role("button", name="Save changes").click()
    expect(page).to_have_url(place)
    expect(record_panel(page)).to_contain_text("12")

    record_panel(page).get_by_role("link", name="Whole history").click()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page).to_have_url(place)
    record_panel(page).get_by_role("link", name="Delete this contact").click()
    page.get_by_role("button", name="Delete contact").click()
    expect(page).to_have_url("/contacts/?seniority=Founder")


def test_an_edit_begun_on_a_later_page_of_the_list_leads_back_to_that_page(page: Page) -> None:
    crowd(60)
    page.goto("/contacts/?title__contains=engineer&page_size=20")
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".results-foot")).to_contain_text("21 –")
    expect(page).to_have_url(re.compile("after="))  # set after the rows are there
    names(page).nth(3).click()
    record_panel(page).get_by_role("link", name="Edit", exact=True).click()
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator(".results-foot")).to_contain_text("21 –")
    expect(record_panel(page).get_by_role("heading").first).to_be_visible()


def test_the_page_of_a_record_keeps_the_search_through_an_edit(
    page: Page, contacts: dict[str, Contact]
) -> None:
    page.goto(f"/contacts/{contacts['Hedy'].pk}/?seniority=Founder")
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Title").fill("Actress")
    page.get_by_role("button", name="Save changes").click()
    expect(page).to_have_url(f"/contacts/{contacts['Hedy'].pk}/?seniority=Founder")
    page.get_by_role("main").get_by_role("link", name="Contacts", exact=True).click()
    expect(page).to_have_url("/contacts/?seniority=Founder")


def test_closing_a_record_that_is_not_in_the_list_leaves_focus_in_the_list(
    page: Page, contacts: dict[str, Contact]
) -> None:
    page.goto(f"/contacts/?seniority=Founder&record={contacts['Alan'].pk}")
    page.keyboard.press("Escape")
    expect(record_panel(page).get_by_role("heading")).to_have_count(0)
    expect(page.get_by_role("region", name="Contacts found")).to_be_focused()


def test_notes_and_history_are_one_click_away_in_a_long_record(page: Page) -> None:
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    parts = record_panel(page).get_by_role("navigation", name="Parts of this record")
    expect(record_panel(page).get_by_role("heading", name="History")).not_to_be_in_viewport()
    parts.get_by_role("link", name="History").click()
    expect(record_panel(page).get_by_role("heading", name="History")).to_be_in_viewport()
    parts.get_by_role("link", name="Notes 1").click()
    expect(record_panel(page).get_by_role("heading", name="Notes")).to_be_in_viewport()
    expect(record_panel(page).get_by_role("link", name="Close")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0


def test_the_age_of_a_moment_is_worded_alike_with_and_without_script(
    visit: Visit, manager: AdminUser, page: Page, contacts: dict[str, Contact]
) -> None:
    plain = visit(manager, java_script_enabled=False)
    ages = {
        timedelta(minutes=6, seconds=30): "6 minutes ago",
        timedelta(hours=1, minutes=50): "1 hour ago",
        timedelta(days=1, hours=20): "1 day ago",
        timedelta(days=30, hours=12): "30 days ago",
        timedelta(days=400): None,  # the day itself, whichever that is
    }
    for age, words in ages.items():
        Contact.objects.filter(pk=contacts["Grace"].pk).update(last_contacted_at=datetime.now(UTC) - age)
        said = []
        for visitor in (page, plain):
            visitor.goto(f"/contacts/{contacts['Grace'].pk}/")
            said.append(visitor.locator("dt:text-is('Last contacted') + dd time").inner_text())
        assert said[0] == said[1]
        assert words is None or said[0] == words


def test_an_address_is_copied_by_mouse_and_by_keys(page: Page, contacts: dict[str, Contact]) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/contacts/{contacts['Grace'].pk}/")
    copy = page.get_by_role("button", name="Copy E-mail")
    expect(copy).to_have_css("opacity", "0")
    page.get_by_role("link", name="grace@navy.example").hover()
    expect(copy).to_have_css("opacity", "1")
    copy.click()
    expect(page.get_by_role("status").filter(has_text="Copied grace@navy.example")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "grace@navy.example"
    page.get_by_role("button", name="Copy Work direct phone").press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copied +1 202 555 0136")).to_be_visible()
    page.context.clear_permissions()


def test_a_panel_of_a_contact_that_is_gone_says_so(page: Page, contacts: dict[str, Contact]) -> None:
    Contact.objects.filter(pk=contacts["Alan"].pk).delete()
    page.get_by_role("link", name="Alan Turing").click()
    expect(page.get_by_role("status").filter(has_text="nothing at this address")).to_be_visible()
    expect(record_panel(page).get_by_role("heading")).to_have_count(0)
