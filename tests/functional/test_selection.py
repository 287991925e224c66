"""Selecting contacts and acting on them, as a person does it."""

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.list_page import expect_message, row_of, rows
from tests.functional.population import crowd, settle


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


def bar(page: Page) -> Locator:
    return page.get_by_role("form", name="Selected contacts")


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {name}", exact=True)


def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog")


def expect_selected(page: Page, words: str) -> None:
    expect(bar(page).locator("[data-selected]")).to_have_text(words)
    expect(page.locator("#selection-said")).to_have_text(words)


def test_a_tag_is_added_to_those_ticked_and_taken_back(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    expect(bar(page)).to_be_hidden()
    box(page, "Grace Hopper").check()
    box(page, "Alan Turing").check()
    expect_selected(page, "Selected: 2")
    bar(page).get_by_role("button", name="Add tag").click()
    tag = sheet(page).get_by_label("Tags")
    expect(tag).to_be_focused()
    tag.fill("Pioneer")
    tag.press("Enter")
    expect(sheet(page).get_by_role("heading")).to_have_text("Add Pioneer to Tags of 2 contacts")
    expect(sheet(page)).to_contain_text("1 already has it.")
    sheet(page).get_by_role("button", name="Add Pioneer").click()
    expect_message(page, "Pioneer added to Tags of 1 contact. 1 already has it.")
    assert Contact.objects.get(last_name="Turing").tags == ["Pioneer"]
    expect_still = bar(page).locator("[data-selected]")
    expect(expect_still).to_have_text("Selected: 2")

    page.get_by_role("button", name="Undo").click()
    expect_message(page, "Undone on 1 contact.")
    expect(page.locator("#results")).to_be_focused()
    assert Contact.objects.get(last_name="Turing").tags == []
    assert page.url.endswith("/contacts/")


def test_what_is_deleted_is_not_selected_any_more(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    box(page, "Alan Turing").check()
    bar(page).get_by_role("button", name="Delete").click()
    sheet(page).get_by_role("button", name="Move 1 contact to the trash").click()
    expect_message(page, "1 contact is in the trash.")
    expect(rows(page)).to_have_count(2)
    expect(bar(page)).to_be_hidden()


def test_a_field_is_chosen_and_emptied(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    page.get_by_role("checkbox", name="Select this page").check()
    expect_selected(page, "Selected: 3")
    bar(page).get_by_role("button", name="Edit field…").click()
    sheet(page).get_by_label("Field").select_option(label="Employees")
    sheet(page).get_by_role("button", name="Go on").click()
    count = sheet(page).get_by_label("Employees")
    count.fill("many")
    count.press("Enter")
    expect(sheet(page).get_by_label("Employees")).to_have_value("many")
    expect(sheet(page).get_by_label("Employees")).to_have_attribute("aria-invalid", "true")
    sheet(page).get_by_label("Employees").fill("")
    sheet(page).get_by_role("button", name="Go on").click()
    sheet(page).get_by_role("button", name="Empty Employees of 3 contacts").click()
    expect_message(page, "Employees of 2 contacts is empty now. 1 has nothing there.")


def test_a_selection_survives_paging_and_is_of_its_search_alone(visit: Visit, manager: AdminUser) -> None:
    crowd(12)
    page = visit(manager)
    page.goto("/contacts/?page_size=5")
    page.get_by_role("checkbox", name="Select this page").check()
    page.get_by_role("link", name="Next").click()
    expect(row_of(page, "Person 006")).to_be_visible()
    expect_selected_quietly(page, "Selected: 5")
    box(page, "Person 007").check()
    expect_selected(page, "Selected: 6")
    page.reload()
    expect_selected_quietly(page, "Selected: 6")
    expect(box(page, "Person 007")).to_be_checked()
    page.goto("/contacts/?country=Japan")
    expect(bar(page)).to_be_hidden()
    page.goto("/contacts/?page_size=5")
    expect(page.get_by_role("checkbox", name="Select this page")).to_be_checked()
    bar(page).get_by_role("button", name="Set stage").click()
    sheet(page).get_by_label("Stage").fill("Hot")
    sheet(page).get_by_role("button", name="Go on").click()
    sheet(page).get_by_role("button", name="Set Stage to Hot for 6 contacts").click()
    expect_message(page, "Stage of 6 contacts: Hot.")


def expect_selected_quietly(page: Page, words: str) -> None:
    expect(bar(page).locator("[data-selected]")).to_have_text(words)


def test_all_that_match_are_selected_and_one_left_out_again(visit: Visit, manager: AdminUser) -> None:
    crowd(12)
    page = visit(manager)
    page.goto("/contacts/?page_size=5&country=Japan")
    box(page, "Person 001").check()
    bar(page).get_by_role("button", name="Select all 6 that match").click()
    expect_selected(page, "Selected: all 6 that match")
    page.get_by_role("link", name="Next").click()
    expect(box(page, "Person 011")).to_be_checked()
    bar(page).get_by_role("button", name="Set stage").click()
    sheet(page).get_by_label("Stage").fill("Warm")
    sheet(page).get_by_label("Stage").press("Enter")
    sheet(page).get_by_role("button", name="Set Stage to Warm for 6 contacts").click()
    expect_message(page, "Stage of 6 contacts: Warm.")
    assert Contact.objects.filter(stage="Warm").count() == 6
    expect(box(page, "Person 011")).to_be_checked()
    box(page, "Person 011").uncheck()
    expect(bar(page)).to_be_hidden()


def test_rows_are_selected_by_keys_and_by_range(visit: Visit, manager: AdminUser) -> None:
    crowd(8)
    page = visit(manager)
    page.goto("/contacts/")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect_selected(page, "Selected: 1")
    page.keyboard.press("Shift+J")
    page.keyboard.press("Shift+J")
    expect_selected(page, "Selected: 3")
    box(page, "Person 005").click()
    box(page, "Person 008").click(modifiers=["Shift"])
    expect_selected(page, "Selected: 7")
    page.keyboard.press("Escape")
    expect(bar(page)).to_be_hidden()
    expect(page.locator("#selection-said")).to_have_text("Nothing selected")
    expect(page.get_by_role("checkbox", checked=True).and_(page.locator("[data-select]"))).to_have_count(0)


def test_another_number_than_stated_is_asked_again(visit: Visit, manager: AdminUser) -> None:
    crowd(4)
    page = visit(manager)
    page.goto("/contacts/?country=Japan")
    box(page, "Person 001").check()
    bar(page).get_by_role("button", name="Select all 2 that match").click()
    bar(page).get_by_role("button", name="Set stage").click()
    sheet(page).get_by_label("Stage").fill("Hot")
    sheet(page).get_by_label("Stage").press("Enter")
    expect(sheet(page).get_by_role("button", name="Set Stage to Hot for 2 contacts")).to_be_visible()
    Contact.objects.filter(last_name="002").update(country="Japan")
    sheet(page).get_by_role("button", name="Set Stage to Hot for 2 contacts").click()
    expect(sheet(page).get_by_role("alert")).to_contain_text("It was 2 when you were asked")
    sheet(page).get_by_role("button", name="Set Stage to Hot for 3 contacts").click()
    expect_message(page, "Stage of 3 contacts: Hot.")


def test_without_script_the_boxes_are_a_form(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager, java_script_enabled=False)
    page.goto("/contacts/")
    box(page, "Hedy Lamarr").check()
    bar(page).get_by_role("button", name="Set stage").click()
    page.get_by_label("Stage").fill("Hot")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Set Stage to Hot for 1 contact").click()
    expect_message(page, "Stage of 1 contact: Hot.")
    page.get_by_role("button", name="Undo").click()
    expect_message(page, "Undone on 1 contact.")


def test_users_see_neither_boxes_nor_bar(visit: Visit, user: AdminUser, contacts: dict[str, Contact]) -> None:
    page = visit(user)
    page.goto("/contacts/")
    expect(rows(page)).to_have_count(3)
    expect(page.locator("[data-select], #selection")).to_have_count(0)
