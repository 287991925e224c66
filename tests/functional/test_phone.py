"""The same work on a phone and on a small window: cards, the sheet of filters, the record, the form."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional import axe, layout
from tests.functional.conftest import Visit
from tests.functional.list_page import chips, count, open_group, record_panel, row_of, value
from tests.functional.population import settle
from tests.functional.visitor import PHONE, TABLET


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


@pytest.fixture
def phone(visit: Visit, manager: AdminUser, contacts: dict[str, Contact]) -> Page:
    page = visit(manager, viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/contacts/")
    return page


def fits(page: Page) -> None:
    page.wait_for_load_state()
    assert layout.overflow(page) + layout.small_targets(page) == []


def test_contacts_are_cards_and_a_tap_opens_the_whole_record(
    phone: Page, contacts: dict[str, Contact]
) -> None:
    card = row_of(phone, "Grace Hopper")
    expect(card).to_be_visible()
    expect(card.get_by_text("Rear Admiral")).to_be_visible()
    expect(card.get_by_text("Navy Yard")).to_be_visible()
    expect(card.get_by_text("United States")).to_be_hidden()
    box, window = card.bounding_box(), phone.viewport_size
    assert box
    assert window
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= window["width"]
    assert box["height"] > 60
    fits(phone)

    phone.get_by_role("link", name="Grace Hopper", exact=True).tap()
    expect(phone.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()
    expect(phone).to_have_url(f"/contacts/{contacts['Grace'].pk}/")
    fits(phone)


def test_filters_are_a_sheet_that_says_how_many_are_on(phone: Page) -> None:
    sheet = phone.get_by_role("complementary", name="Filters")
    expect(sheet).to_be_hidden()
    phone.get_by_role("button", name="Filters").tap()
    expect(sheet).to_be_visible()
    value(open_group(phone, "Seniority"), "Founder").tap()
    fits(phone)
    sheet.get_by_role("button", name="Show results").tap()
    expect(sheet).to_be_hidden()
    expect(count(phone)).to_have_text("1 of 3")
    expect(row_of(phone, "Hedy Lamarr")).to_be_visible()
    expect(phone.get_by_role("button", name="Filters 1")).to_be_visible()
    chips(phone).get_by_role("link").tap()
    expect(count(phone)).to_have_text("3")


def test_editing_on_a_phone(phone: Page, contacts: dict[str, Contact]) -> None:
    phone.goto(f"/contacts/{contacts['Hedy'].pk}/")
    phone.get_by_role("link", name="Edit", exact=True).tap()
    phone.get_by_label("Title").fill("Actress and inventor")
    phone.get_by_label("Employees").fill("many")
    phone.get_by_role("button", name="Save changes").tap()
    expect(phone.get_by_role("alert")).to_contain_text("One thing needs your attention")
    fits(phone)
    phone.get_by_label("Employees").fill("12")
    phone.get_by_role("button", name="Save changes").tap()
    expect(phone.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    expect(phone.get_by_text("Actress and inventor").first).to_be_visible()


def test_a_finger_changes_fields_of_somebody_in_the_list(phone: Page, contacts: dict[str, Contact]) -> None:
    card = row_of(phone, "Alan Turing")
    pencil = card.get_by_role("button", name="Edit Alan Turing", exact=True)
    pencil.tap()
    expect(pencil).to_have_attribute("aria-expanded", "true")
    fits(phone)
    assert axe.violations(phone) == []
    direct = card.get_by_role("button", name="Edit Work direct phone of Alan Turing")
    box = direct.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    direct.tap()
    field = card.locator("[data-cell-editor] input:not([type=hidden])")
    expect(field).to_be_focused()
    field.fill("+44 20 7946 0958")
    fits(phone)
    card.get_by_role("button", name="Save").tap()
    expect(phone.locator("#toasts")).to_contain_text("Work direct phone of Alan Turing: +44 20 7946 0958")
    expect(card).to_contain_text("+44 20 7946 0958")
    expect(direct).to_be_focused()
    direct.tap()
    field.fill("+44 20 7946 0959")
    card.locator(".cell-stage").tap()  # the line is the button, too; and what is left is saved
    expect(card.locator(".cell-stage input:not([type=hidden])")).to_be_focused()
    expect(card).to_contain_text("+44 20 7946 0959")
    field.fill("Hot")
    card.get_by_role("link", name="Cancel").tap()
    expect(card.locator(".cell-stage")).to_have_text("Cold")
    card.get_by_role("button", name="Edit Employees of Alan Turing").tap()
    field.fill("many")
    field.press("Enter")
    expect(card.get_by_role("alert")).to_be_visible()
    pencil.tap()  # what was refused is out of sight
    other = row_of(phone, "Hedy Lamarr")
    other.get_by_role("button", name="Edit Hedy Lamarr", exact=True).tap()
    other.get_by_role("button", name="Edit Title of Hedy Lamarr").tap()
    expect(other.locator("[data-cell-editor] input:not([type=hidden])")).to_be_focused()
    expect(direct).to_have_count(0)


def test_several_are_selected_and_changed_on_a_phone(phone: Page) -> None:
    def is_in_sight(places: Locator) -> bool:
        boxes = [place.bounding_box() for place in places.all() if place.is_visible()]
        return len(boxes) > 0 and all(
            box and box["x"] >= 0 and box["x"] + box["width"] <= 390 and 0 <= box["y"] <= 844 - box["height"]
            for box in boxes
        )

    for name in ("Grace Hopper", "Alan Turing"):
        phone.get_by_role("checkbox", name=f"Select {name}").tap()
    bar = phone.get_by_role("form", name="Selected contacts")
    bar.get_by_role("button", name="Select all 3 that match").tap()
    expect(bar).to_contain_text("Selected: all 3 that match")
    assert is_in_sight(bar.get_by_role("button"))
    fits(phone)
    bar.get_by_role("button", name="Set stage").tap()
    dialog = phone.get_by_role("dialog")
    dialog.get_by_label("Stage").fill("Hot")
    buttons = dialog.get_by_role("button").all()
    lowest = max(box["y"] + box["height"] for box in (button.bounding_box() for button in buttons) if box)
    assert lowest < 844 / 2  # the other half is a keyboard's
    dialog.get_by_role("button", name="Go on").tap()
    dialog.get_by_role("button", name="Set Stage to Hot for 3 contacts").tap()
    expect(phone.locator("#toasts")).to_contain_text("Stage of 2 contacts: Hot. 1 already has it.")
    expect(bar).to_be_visible()
    toast, at = phone.locator("[data-toast]").bounding_box(), bar.bounding_box()
    assert toast
    assert at
    assert toast["y"] + toast["height"] <= at["y"]


def test_a_finger_on_a_tablet_chooses_a_cell_and_then_edits_it(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager, viewport=TABLET, has_touch=True, is_mobile=True)
    page.goto("/contacts/")
    title = row_of(page, "Alan Turing").locator(".cell-title")
    title.tap()
    expect(title.get_by_role("button", name="Edit Title of Alan Turing")).to_be_focused()
    fits(page)
    title.tap()
    field = title.locator("input:not([type=hidden])")
    field.fill("Codebreaker")
    field.press("Enter")
    expect(title).to_contain_text("Codebreaker")
    page.reload()
    row_of(page, "Hedy Lamarr").get_by_role("button", name="Edit Hedy Lamarr").tap()
    expect(
        row_of(page, "Hedy Lamarr").get_by_role("button", name=re.compile("^Edit .* of Hedy"))
    ).not_to_have_count(0)


def test_the_menu_leads_everywhere(phone: Page) -> None:
    for name in ("Industries", "Activity", "Trash"):
        phone.get_by_role("navigation", name="Main").get_by_role("link", name=name).tap()
        expect(phone.get_by_role("heading", name=name, level=1)).to_be_visible()
        fits(phone)
    phone.get_by_role("button", name="Max Manager").tap()
    expect(phone.get_by_role("button", name="Sign out")).to_be_visible()


def test_a_small_window_keeps_filters_list_and_panel_within_its_width(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager, viewport=TABLET)
    page.goto("/contacts/")
    expect(page.get_by_role("complementary", name="Filters")).to_be_visible()
    fits(page)
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    expect(record_panel(page).get_by_role("heading", name="Grace Hopper")).to_be_visible()
    fits(page)
    page.keyboard.press("Escape")
    expect(record_panel(page).get_by_role("heading")).to_have_count(0)
