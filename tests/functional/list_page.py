"""The contact list in a person's words."""

import re

from playwright.sync_api import Locator, Page, expect


def rows(page: Page) -> Locator:
    return page.get_by_role("table", name="Contacts").locator("tbody").get_by_role("row")


def names(page: Page) -> Locator:
    """The link with a contact's name in each row."""
    return rows(page).locator(".person")


def row_of(page: Page, name: str) -> Locator:
    return rows(page).filter(has=page.get_by_role("link", name=name, exact=True))


def count(page: Page) -> Locator:
    return page.locator("#count")


def chips(page: Page) -> Locator:
    return page.get_by_role("group", name="Filters that are on").locator(".chip")


def expect_message(page: Page, text: str) -> None:
    """On a page that is whole: the act may have led to a new one, whose words come before its scripts."""
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()
    page.wait_for_load_state()


def open_group(page: Page, label: str) -> Locator:
    """A group of filters, opened; on a new page its script opens those that were."""
    page.wait_for_load_state()
    group = page.locator("#filters details").filter(
        has=page.locator("summary", has_text=re.compile(f"^\\s*{label}"))
    )
    if group.get_attribute("open") is None:
        group.locator("summary").click()
    return group


def value(group: Locator, name: str) -> Locator:
    """The box that includes a value, whatever its count."""
    return group.get_by_role("checkbox", name=re.compile(f"^{re.escape(name)}( [\\d,]+)?$"))


def record_panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Contact", exact=True)


def expect_names(page: Page, *wanted: str) -> None:
    expect(names(page)).to_have_text([re.compile(re.escape(name)) for name in wanted])
