"""The search box as people use it: prefixes, slips, what is pasted, and its help."""

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.list_page import chips, count, expect_names
from tests.functional.population import settle


@pytest.fixture
def page(visit: Visit, manager: AdminUser) -> Page:
    settle(Access.of(manager))
    page = visit(manager)
    page.goto("/contacts/")
    return page


def box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search contacts")


PASTE = """(input, text) => {
    const data = new DataTransfer();
    data.setData("text", text);
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def test_prefixes_narrow_one_column_each_and_come_off_as_chips(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type('company:"navy yard" grace')
    expect(chips(page)).to_have_text(["Text: “grace”", "Company: contains navy yard"])
    expect_names(page, "Grace Hopper")
    chips(page).nth(1).get_by_role("link").click()
    expect(chips(page)).to_have_text(["Text: “grace”"])
    expect(box(page)).to_have_value("grace")

    box(page).fill("-company:navy")
    expect(chips(page)).to_have_text(["Company: without navy"])
    expect(count(page)).to_have_text("2 of 3")


def test_a_filter_that_was_typed_stays_when_another_one_is_ticked_after_a_reload(page: Page) -> None:
    page.goto("/contacts/?q=-company%3Anavy")
    expect(chips(page)).to_have_text(["Company: without navy"])
    page.get_by_role("checkbox", name="Founder", exact=False).first.check()
    expect(chips(page)).to_have_text(["Seniority: Founder", "Company: without navy"])
    expect_names(page, "Hedy Lamarr")


def test_a_slip_finds_the_name_that_was_meant(page: Page) -> None:
    box(page).fill("Graec Hoper")
    expect(page.locator("[data-similar]")).to_contain_text("Nobody matches “Graec Hoper” exactly.")
    expect_names(page, "Grace Hopper")
    expect(box(page)).to_be_focused()
    expect(chips(page)).to_have_text(["Text: like “Graec Hoper”"])
    chips(page).get_by_role("link").click()
    expect(count(page)).to_have_text("3")

    box(page).fill("alan")
    page.get_by_role("link", name="Show similar names as well").click()
    expect(page).to_have_url("/contacts/?q=alan&similar=names")
    page.get_by_role("link", name="Only as I wrote it").click()
    expect(page).to_have_url("/contacts/?q=alan")


def test_a_search_of_apollos_is_pasted_and_translated(page: Page) -> None:
    address = (
        "https://app.apollo.io/#/people?personSeniorities[]=c_suite&personTitles[]=admiral&personTitles[]=cto"
        "&organizationIndustryTagIds[]=5567cd467369644d39040000"
    )
    box(page).evaluate(PASTE, address)
    expect(page).to_have_url("/contacts/?seniority=C-Suite&title__contains=admiral&title__contains=cto")
    notice = page.get_by_role("status").filter(has_text="Translated from Apollo: 2 filters.")
    expect(notice).to_contain_text("organizationIndustryTagIds: industry tag ids cannot be read here.")
    expect_names(page, "Grace Hopper")
    notice.get_by_role("link", name="Dismiss").click()
    expect(notice).to_have_count(0)
    expect(chips(page)).to_have_text(["Seniority: C-Suite", "Title: contains admiral, cto"])


def test_without_script_it_is_pasted_and_sent(visit: Visit, user: AdminUser) -> None:
    page = visit(user, java_script_enabled=False)
    page.goto("/contacts/")
    box(page).fill("https://app.apollo.io/#/people?personTitles[]=cto&finderViewId=1")
    box(page).press("Enter")
    expect(page).to_have_url("/contacts/?title__contains=cto")
    expect(page.get_by_text("Translated from Apollo: 1 filter.")).to_be_visible()


def test_its_help_names_what_can_be_typed_and_closes_with_escape(page: Page) -> None:
    opener = page.get_by_role("button", name="What can be searched for")
    opener.click()
    sheet = page.get_by_role("dialog", name="What can be searched for")
    expect(sheet).to_contain_text('company:"Acme Inc"')
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()
