"""Filtering as somebody does all day: counts that follow the search, lists that are pasted, groups that are pinned."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from apps.accounts.models import AdminUser
from apps.contacts.facets.counts import fold_deltas
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.list_page import chips, count, open_group, rows, value
from tests.functional.population import crowd

PASTE = """(input, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text", text);
  input.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def page(visit: Visit, manager: AdminUser) -> Page:
    crowd(120)
    Contact.objects.filter(last_name__lt="031").update(annual_revenue=2_000_000)
    fold_deltas()
    page = visit(manager)
    page.goto("/contacts/")
    expect(count(page)).to_have_text("120")
    return page


def test_counts_follow_the_search_but_not_their_own_filter(page: Page) -> None:
    location, seniority = open_group(page, "Location"), open_group(page, "Seniority")
    expect(value(location, "Japan")).to_have_accessible_name("Japan 60")
    value(seniority, "VP").focus()
    page.keyboard.press("Space")
    expect(value(location, "Japan")).to_have_accessible_name("Japan 20")
    expect(value(seniority, "Director")).to_have_accessible_name("Director 40")
    # The list of values was drawn anew around the keyboard.
    expect(value(seniority, "VP")).to_be_focused()
    seniority.get_by_role("button", name="Clear group").click()
    expect(value(location, "Japan")).to_have_accessible_name("Japan 60")
    expect(page).to_have_url("/contacts/")


def test_a_group_that_is_opened_loads_its_counts(page: Page) -> None:
    value(open_group(page, "Seniority"), "VP").check()
    expect(count(page)).to_have_text("40 of 120")
    company = open_group(page, "Company")
    expect(value(company, "Company 0")).to_have_accessible_name(re.compile("Company 0 [56]$"))


def test_an_answer_to_an_earlier_search_unticks_nothing(page: Page) -> None:
    held: dict[str, Route] = {}

    def hold_the_first(route: Route) -> None:
        address = route.request.url
        kind = "rows" if "/facets/" not in address else "counts" if address.endswith("group=company") else ""
        if kind and kind not in held:
            held[kind] = route
        else:
            route.continue_()

    page.route(re.compile(r"/contacts/(facets/)?\?"), hold_the_first)
    with page.expect_request("**/contacts/facets/**"):
        value(open_group(page, "Seniority"), "VP").check()
        company = open_group(page, "Company")  # while the rows are on the way
    with page.expect_response("**/contacts/facets/**"):
        held["rows"].continue_()
    value(company, "Company 1").check()
    with page.expect_response(held["counts"].request.url):
        held["counts"].continue_()
    value(open_group(page, "Location"), "Japan").check()
    expect(chips(page)).to_have_text(["Seniority: VP", "Location: Japan", "Company: Company 1"])


def test_keys_find_add_and_take_away_values(page: Page) -> None:
    company = open_group(page, "Company")
    box = company.get_by_role("searchbox", name="Find a value of Company")
    box.press_sequentially("any 3")
    expect(value(company, "Company 1")).to_have_count(0)
    expect(value(company, "Company 3")).to_be_visible()
    box.press("Enter")
    expect(chips(page)).to_have_text(["Company: Company 3"])
    expect(box).to_have_value("")
    box.press("ArrowDown")
    expect(value(company, "Company 3")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Backspace")
    expect(count(page)).to_have_text("120")


def test_enter_before_the_values_are_there_adds_the_one_that_was_meant(page: Page) -> None:
    company = open_group(page, "Company")
    box = company.get_by_role("searchbox", name="Find a value of Company")
    box.fill("any 3")
    box.press("Enter")
    expect(chips(page)).to_have_text(["Company: Company 3"])
    expect(box).to_have_value("")


def test_a_pasted_column_becomes_one_filter(page: Page) -> None:
    company = open_group(page, "Company")
    box = company.get_by_role("searchbox", name="Find a value of Company")
    box.evaluate(PASTE, "company 3\nCOMPANY 4\nNobody & Sons")
    dialog = page.get_by_role("dialog", name="Paste a list")
    expect(dialog).to_contain_text("3 pasted: 2 known, 1 not found.")
    expect(dialog).to_contain_text("Nobody & Sons")
    expect(dialog.get_by_role("link", name="Filter by 2 values")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_text(["Company: company 3, COMPANY 4"])
    expect(rows(page)).to_have_count(34)
    expect(company.get_by_role("checkbox", name=re.compile("^company 3 17", re.IGNORECASE))).to_be_checked()


def test_a_bar_or_a_handle_sets_a_range(page: Page) -> None:
    revenue = open_group(page, "Revenue")
    bars = revenue.locator(".histogram-bar")
    bars.filter(has_text="1M to 3M: 30").click()
    expect(chips(page)).to_have_text(["Annual revenue: from 1,000,000", "Annual revenue: up to 2,999,999"])
    expect(count(page)).to_have_text("30 of 120")
    low = revenue.get_by_role("slider", name="Annual revenue from, by steps")
    expect(low).to_have_attribute("aria-valuetext", "1M")
    low.focus()
    page.keyboard.press("Home")
    expect(chips(page)).to_have_text(["Annual revenue: up to 2,999,999"])
    expect(low).to_be_focused()


def test_what_was_filtered_by_is_offered_again_and_a_pinned_group_stays_on_top(page: Page) -> None:
    value(open_group(page, "Seniority"), "VP").check()
    expect(count(page)).to_have_text("40 of 120")
    recent = page.locator("[data-recent]")
    expect(recent).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    expect(count(page)).to_have_text("120")
    recent.locator("summary").click()
    recent.get_by_role("link", name="Seniority: VP").click()
    expect(count(page)).to_have_text("40 of 120")
    expect(value(page.locator("#filters"), "VP")).to_be_checked()

    group = open_group(page, "Company")
    group.get_by_role("button", name="Pin Company").click()
    expect(group.get_by_role("button", name="Pin Company")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-group]").first).to_have_attribute("data-group", "company")
    page.reload()
    expect(page.locator("[data-group]").first).to_have_attribute("data-group", "company")


def test_without_script_a_list_is_pasted_into_a_page_of_its_own(visit: Visit, manager: AdminUser) -> None:
    crowd(20)
    page = visit(manager, java_script_enabled=False)
    page.goto("/contacts/?seniority=VP")
    open_group(page, "Company").get_by_role("button", name="Paste a list – Company").click()
    page.get_by_label("Company, one a line").fill("Company 3\nNobody")
    page.get_by_role("button", name="Look them up").click()
    expect(page.get_by_role("status").filter(has_text="1 known")).to_be_visible()
    page.get_by_role("link", name="Filter by 1 value").click()
    expect(chips(page)).to_have_text(["Seniority: VP", "Company: Company 3"])
