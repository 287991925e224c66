"""Editing one cell where it stands: keys, errors in words, somebody else's change, undo."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from apps.accounts.access import Access
from apps.accounts.columns import ColumnRight
from apps.accounts.models import AdminUser
from apps.accounts.rights import set_column_rights
from apps.contacts.models import Contact, Industry
from apps.contacts.operations import edit_contact
from tests.functional.conftest import Visit
from tests.functional.list_page import row_of
from tests.functional.population import settle


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


def cell(page: Page, name: str, field: str) -> Locator:
    return row_of(page, name).locator(f"td.cell-{field}")


def editor(page: Page) -> Locator:
    return page.locator("[data-cell-editor]")


def edit(page: Page, name: str, field: str) -> Locator:
    """Its input, focused."""
    cell(page, name, field).dblclick()
    found = editor(page).locator(":is(input, select):not([type=hidden])")
    expect(found).to_be_focused()
    return found


def expect_message(page: Page, text: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(text)


def value(contact: Contact, field: str) -> object:
    return Contact.objects.values_list(field, flat=True).get(pk=contact.pk)


def test_enter_saves_says_what_changed_and_offers_to_undo_it(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/?sort=-last_name")
    title = edit(page, "Alan Turing", "title")
    expect(title).to_have_value("Mathematician")
    title.fill("Codebreaker")
    title.press("Enter")
    expect_message(page, "Title of Alan Turing: Codebreaker")
    expect(cell(page, "Alan Turing", "title")).to_have_text("Codebreaker")
    expect(cell(page, "Alan Turing", "title")).to_be_focused()
    assert value(contacts["Alan"], "title") == "Codebreaker"
    page.route(re.compile("/undo/"), lambda route: route.abort("aborted"))
    page.get_by_role("button", name="Undo").click()
    expect_message(page, "That did not reach the server")
    page.unroute(re.compile("/undo/"))
    page.get_by_role("button", name="Undo").click()
    expect(cell(page, "Alan Turing", "title")).to_have_text("Mathematician")
    expect_message(page, "Undone on 1 contact.")
    expect(cell(page, "Alan Turing", "title")).to_be_focused()
    assert page.url.endswith("/contacts/?sort=-last_name")


def test_control_z_takes_the_last_change_back(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    stage = edit(page, "Alan Turing", "stage")
    stage.fill("Hot")
    stage.press("Enter")
    expect(cell(page, "Alan Turing", "stage")).to_have_text("Hot")
    expect_message(page, "Stage of Alan Turing: Hot")
    page.keyboard.press("Control+z")
    expect(cell(page, "Alan Turing", "stage")).to_have_text("Cold")


def test_escape_keeps_what_was_and_tab_goes_on_to_the_next_cell(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    title = edit(page, "Alan Turing", "title")
    title.fill("Nobody")
    title.press("Escape")
    expect(editor(page)).to_have_count(0)
    expect(cell(page, "Alan Turing", "title")).to_have_text("Mathematician")
    title = edit(page, "Alan Turing", "title")
    title.fill("Runner")
    title.press("Tab")
    company = cell(page, "Alan Turing", "company").locator("input:not([type=hidden])")
    expect(company).to_be_focused()
    expect(company).to_have_value("Bletchley Park")
    company.press("Shift+Tab")
    expect(cell(page, "Alan Turing", "title").locator("input:not([type=hidden])")).to_be_focused()
    assert value(contacts["Alan"], "title") == "Runner"


def test_arrows_go_from_cell_to_cell_and_keys_of_rows_still_work(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    expect(cell(page, "Grace Hopper", "title")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(cell(page, "Hedy Lamarr", "title")).to_be_focused()
    page.keyboard.press("F2")
    field = editor(page).locator("input:not([type=hidden])")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(cell(page, "Hedy Lamarr", "title")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("checkbox", name="Select Hedy Lamarr")).to_be_checked()
    page.keyboard.press("j")
    expect(row_of(page, "Alan Turing").locator(".person")).to_be_focused()


def test_what_is_wrong_is_said_at_the_cell_and_nothing_typed_is_lost(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    email = edit(page, "Alan Turing", "email")
    email.fill("alan at bletchley")
    email.press("Enter")
    expect(editor(page).get_by_role("alert")).to_contain_text("This is not an e-mail address")
    expect(email).to_have_value("alan at bletchley")
    expect(email).to_be_focused()
    email.fill("grace@navy.example")
    email.press("Enter")
    expect(editor(page).get_by_role("alert")).to_contain_text("Another contact has the same E-mail")
    page.route("**/cells/**", lambda route: route.abort("aborted"))
    email.fill("alan@kings.example")
    email.press("Enter")
    expect_message(page, "That did not reach the server")
    expect(email).to_have_value("alan@kings.example")
    page.unroute("**/cells/**")
    email.press("Enter")
    expect(cell(page, "Alan Turing", "email")).to_contain_text("alan@kings.example")


def test_somebody_elses_change_is_shown_and_not_overwritten(
    visit: Visit, manager: AdminUser, user: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    title = edit(page, "Alan Turing", "title")
    alan = contacts["Alan"]
    edit_contact(alan.pk, access=Access.of(user), values={"title": "Fellow"}, seen_version=alan.version)
    title.fill("Reader")
    title.press("Enter")
    expect(editor(page).get_by_role("alert")).to_contain_text(
        "Uma User changed this meanwhile. It says “Fellow” now."
    )
    assert value(alan, "title") == "Fellow"
    editor(page).get_by_role("link", name="Keep theirs").click()
    expect(cell(page, "Alan Turing", "title")).to_have_text("Fellow")

    title = edit(page, "Alan Turing", "title")
    edit_contact(alan.pk, access=Access.of(user), values={"title": "Don"}, seen_version=alan.version + 1)
    title.fill("Reader")
    title.press("Enter")
    editor(page).get_by_role("button", name="Save mine").click()
    expect(cell(page, "Alan Turing", "title")).to_have_text("Reader")


def test_each_kind_of_field_has_its_editor(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    Industry.objects.create(name="Cryptography")
    page = visit(manager)
    page.goto("/contacts/")
    edit(page, "Alan Turing", "industry").select_option(label="Cryptography")
    page.keyboard.press("Enter")
    expect_message(page, "Industry of Alan Turing: Cryptography")
    employees = edit(page, "Alan Turing", "employees")
    employees.fill("")
    employees.press("Enter")
    expect_message(page, "Employees of Alan Turing is empty now.")
    title = edit(page, "Alan Turing", "title")
    title.fill("Rear")
    expect(editor(page).locator("datalist option[value='Rear Admiral']")).to_have_count(1)
    title.press("Escape")


def test_leaving_the_cell_saves(visit: Visit, manager: AdminUser, contacts: dict[str, Contact]) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    edit(page, "Alan Turing", "title").fill("Runner")
    page.get_by_role("heading", name="Contacts", level=1).click()
    expect_message(page, "Title of Alan Turing: Runner")
    expect(editor(page)).to_have_count(0)


def test_a_list_that_is_fetched_again_keeps_the_editor_and_what_is_typed(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/cells/**", hold)
    with page.expect_request("**/cells/**"):
        cell(page, "Alan Turing", "title").dblclick()
    fetch_again(page)
    held[0].continue_()
    page.unroute("**/cells/**")
    title = editor(page).locator("input:not([type=hidden])")
    expect(title).to_be_focused()
    page.keyboard.type("Run")
    fetch_again(page)
    expect(title).to_be_focused()
    page.keyboard.type("ner")
    page.keyboard.press("Enter")
    expect_message(page, "Title of Alan Turing: Runner")
    expect(cell(page, "Alan Turing", "title")).to_have_text("Runner")
    expect(cell(page, "Alan Turing", "title")).to_be_focused()


def fetch_again(page: Page) -> None:
    """The list, as when something else changed a contact."""
    page.locator("tbody").evaluate("body => { body.dataset.old = ''; }")
    page.evaluate("document.dispatchEvent(new CustomEvent('outdated'))")
    expect(page.locator("tbody[data-old]")).to_have_count(0)


def test_who_only_reads_is_offered_no_editing(
    visit: Visit, clerk: AdminUser, contacts: dict[str, Contact]
) -> None:
    set_column_rights(clerk, rights={"title": ColumnRight.READ}, actor_id=None)
    page = visit(clerk)
    page.goto("/contacts/")
    expect(page.locator(".results-foot .keys")).to_contain_text("open")
    expect(page.locator(".results-foot .keys")).not_to_contain_text("edit")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/contacts/\?record=\d+$"))
    expect(
        page.get_by_role("complementary", name="Contact", exact=True).get_by_role("heading", level=2)
    ).to_be_visible()


def test_what_may_not_be_edited_opens_no_editor(
    visit: Visit, clerk: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(clerk)
    page.goto("/contacts/")
    cell(page, "Alan Turing", "company").dblclick()
    edit(page, "Alan Turing", "title").press("Escape")
    expect(editor(page)).to_have_count(0)
