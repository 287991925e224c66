"""Finding people in the list: filters, text, order, pages, and the way back."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.list_page import chips, count, names, open_group, rows, value
from tests.functional.population import crowd


@pytest.fixture
def page(visit: Visit, manager: AdminUser) -> Page:
    """The list of 120 people, of whom a third are VPs, half are in Japan and a seventh has no title."""
    crowd(120)
    page = visit(manager)
    page.goto("/contacts/")
    expect(count(page)).to_have_text("120")
    return page


def test_ticking_excluding_and_asking_for_no_value_narrow_the_list_and_each_can_be_taken_back(
    page: Page,
) -> None:
    announcement = page.get_by_role("status").filter(has_text="120").element_handle()

    value(open_group(page, "Seniority"), "VP").check()
    expect(count(page)).to_have_text("40 of 120")
    expect(page).to_have_url("/contacts/?seniority=VP")
    # A live region speaks when its own text changes, not when another takes its place.
    assert announcement.inner_text() == "40 of 120"

    open_group(page, "Location").get_by_role("checkbox", name="Leave out Japan").check()
    expect(count(page)).to_have_text("20 of 120")

    open_group(page, "Job title").get_by_role("checkbox", name="Title: No value").check()
    expect(count(page)).to_have_text("2 of 120")
    expect(chips(page)).to_have_text(["Seniority: VP", "Not location: Japan", "Title: is empty"])

    chips(page).nth(1).get_by_role("link").click()
    expect(chips(page)).to_have_text(["Seniority: VP", "Title: is empty"])
    expect(count(page)).to_have_text("5 of 120")
    expect(page.get_by_role("checkbox", name="Leave out Japan")).not_to_be_checked()

    page.go_back()
    expect(chips(page)).to_have_text(["Seniority: VP", "Not location: Japan", "Title: is empty"])
    expect(page.get_by_role("checkbox", name="Leave out Japan")).to_be_checked()
    page.go_forward()
    expect(chips(page)).to_have_text(["Seniority: VP", "Title: is empty"])

    page.get_by_role("link", name="Clear all").click()
    expect(count(page)).to_have_text("120")
    expect(value(page.locator("#filters"), "VP")).not_to_be_checked()


def test_a_value_is_found_by_typing_and_survives_a_reload(page: Page) -> None:
    company = open_group(page, "Company")
    company.get_by_role("searchbox", name="Find a value of Company").press_sequentially("any 3")
    expect(value(company, "Company 3")).to_be_visible()
    expect(value(company, "Company 1")).to_have_count(0)
    value(company, "Company 3").check()
    expect(chips(page)).to_have_text(["Company: Company 3"])
    expect(rows(page)).to_have_count(17)

    company.get_by_role("searchbox", name="Find a value of Company").fill("nothing like it")
    expect(company.get_by_text("No other value matches.")).to_be_visible()
    expect(value(company, "Company 3")).to_be_checked()

    page.reload()
    expect(value(page.locator("#filters"), "Company 3")).to_be_checked()
    expect(rows(page)).to_have_count(17)


def test_a_country_named_by_the_address_is_on_in_the_location_and_can_be_unticked(page: Page) -> None:
    page.goto("/contacts/?country=Japan&city__empty=true&seniority=VP")
    location = open_group(page, "Location")
    expect(location.locator("[data-badge]")).to_have_text("2")
    expect(value(location, "Country: Japan")).to_be_checked()
    expect(value(location, "Japan")).not_to_be_checked()

    value(open_group(page, "Seniority"), "VP").uncheck()
    expect(chips(page)).to_have_text(["Country: Japan", "City: is empty"])
    expect(location.locator("[data-badge]")).to_have_text("2")
    value(location, "Country: Japan").uncheck()
    expect(chips(page)).to_have_text(["City: is empty"])
    expect(location.locator("[data-badge]")).to_have_text("1")
    chips(page).first.get_by_role("link").click()
    expect(count(page)).to_have_text("120")
    expect(location.locator("[data-badge]")).to_be_hidden()


def test_what_is_cut_off_in_the_table_is_told_by_mouse_and_by_keys(page: Page) -> None:
    long_name, long_title = "Wolfeschlegelsteinhausenbergerdorff", "Keeper of " + "very " * 20 + "long titles"
    Contact.objects.create(first_name="Aa", last_name=long_name, title=long_title, company="Tall & Co")
    page.goto(f"/contacts/?q={long_name}")
    assert long_title not in page.locator("tbody").evaluate("body => body.outerHTML.replace(/>[^<]*</g, '')")
    title = rows(page).first.locator(".cell-title")
    title.hover()
    expect(title).to_have_attribute("title", long_title)
    names(page).first.hover()
    expect(names(page).first.locator(".name")).to_have_attribute("title", f"Aa {long_name}")
    company = rows(page).first.locator(".cell-company")
    company.hover()
    expect(company).not_to_have_attribute("title", re.compile(""))

    name = names(page).first.locator(".name")
    is_cut = "name => name.scrollWidth > name.clientWidth"
    assert name.evaluate(is_cut)
    page.keyboard.press("j")
    expect(names(page).first).to_be_focused()
    assert not name.evaluate(is_cut)


def test_a_slash_goes_to_the_search_and_typing_searches(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search contacts")).to_be_focused()
    page.keyboard.type("person 11")
    expect(count(page)).to_have_text("10 of 120")
    expect(page).to_have_url("/contacts/?q=person+11")
    # Not a step back for each letter that was typed.
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Contacts found")).to_be_focused()

    page.get_by_role("searchbox", name="Search contacts").fill("nobody of this name")
    expect(page.get_by_role("heading", name="Nobody matches all of this")).to_be_visible()
    expect(count(page)).to_have_text("0 of 120")
    page.get_by_role("link", name=re.compile("^Text:")).click()
    expect(count(page)).to_have_text("120")
    expect(page.get_by_role("searchbox", name="Search contacts")).to_have_value("")


def test_when_nobody_matches_the_filter_to_drop_is_named_with_what_is_found_without_it(page: Page) -> None:
    page.goto("/contacts/?seniority=VP&country=Japan&city=Nowhere")
    expect(page.get_by_text("One filter keeps everybody away.")).to_be_visible()
    ways = page.locator(".blank-chips a")
    expect(ways).to_have_text(["City: Nowhere 20"])
    ways.click()
    expect(count(page)).to_have_text("20 of 120")

    page.goto("/contacts/?country=Nowhere&city=Nowhere")
    expect(page.get_by_text("No filter alone is to blame")).to_be_visible()


def test_a_header_sorts_and_sorts_the_other_way_round(page: Page) -> None:
    header = page.get_by_role("columnheader", name="Company")
    header.get_by_role("link").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    expect(rows(page).first).to_contain_text("Company 0")
    expect(page.locator("#sort-company")).to_be_focused()
    page.keyboard.press("Enter")
    expect(header).to_have_attribute("aria-sort", "descending")
    expect(rows(page).first).to_contain_text("Company 6")

    value(open_group(page, "Seniority"), "VP").check()
    expect(count(page)).to_have_text("40 of 120")
    expect(header).to_have_attribute("aria-sort", "descending")

    page.go_back()
    expect(count(page)).to_have_text("120")
    page.go_back()
    expect(header).to_have_attribute("aria-sort", "ascending")


def turn(page: Page, name: str) -> None:
    before = page.url
    page.get_by_role("link", name=name).click()
    expect(page).not_to_have_url(before)


def test_pages_follow_each_other_and_a_filter_starts_at_the_first(page: Page) -> None:
    expect(names(page).first).to_have_text(re.compile("Person 001"))
    turn(page, "Next")
    expect(names(page).first).to_have_text(re.compile("Person 051"))
    expect(page.locator(".results-foot")).to_contain_text("51 – 100 of 120")
    turn(page, "Next")
    expect(rows(page)).to_have_count(20)
    expect(page.get_by_role("link", name="Next")).to_have_count(0)
    turn(page, "Previous")
    expect(names(page).first).to_have_text(re.compile("Person 051"))

    page.go_back()
    expect(names(page).first).to_have_text(re.compile("Person 101"))
    page.reload()
    expect(names(page).first).to_have_text(re.compile("Person 101"))

    value(open_group(page, "Seniority"), "VP").check()
    expect(names(page).first).to_have_text(re.compile("Person 003"))
    expect(page).to_have_url("/contacts/?seniority=VP")


def test_numbers_and_dates_make_ranges_and_wrong_ones_are_named(page: Page) -> None:
    group = open_group(page, "Employees")
    group.get_by_role("textbox", name="Employees from").fill("many")
    group.get_by_role("textbox", name="Employees from").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("employees__gte")
    expect(count(page)).to_have_text("120")

    group.get_by_role("textbox", name="Employees from").fill("10")
    group.get_by_role("textbox", name="Employees from").press("Enter")
    expect(chips(page)).to_have_text(["Employees: from 10"])
    expect(page.get_by_role("heading", name="Nobody matches all of this")).to_be_visible()
