"""The frame around every page: theme, row height, folded navigation, the way past it all."""

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.list_page import record_panel, row_of
from tests.functional.population import settle


@pytest.fixture
def page(visit: Visit, manager: AdminUser) -> Page:
    settle(Access.of(manager))
    page = visit(manager)
    page.goto("/contacts/")
    return page


def height(page: Page) -> float:
    box = row_of(page, "Grace Hopper").bounding_box()
    assert box
    return box["height"]


def test_theme_and_row_height_are_kept(page: Page) -> None:
    body = page.locator("body")
    light, roomy = "rgb(255, 255, 255)", height(page)
    expect(body).to_have_css("background-color", light)
    page.get_by_role("button", name="Max Manager").click()
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("radio", name="Compact").check()
    expect(body).not_to_have_css("background-color", light)
    assert height(page) < roomy

    page.goto("/industries/")
    expect(body).not_to_have_css("background-color", light)
    page.goto("/contacts/")
    assert height(page) < roomy


def test_the_navigation_folds_to_icons_that_keep_their_names(page: Page) -> None:
    navigation = page.get_by_role("navigation", name="Main")
    wide = navigation.bounding_box()
    navigation.get_by_role("button", name="Fold").click()
    folded = navigation.bounding_box()
    assert wide
    assert folded
    assert folded["width"] < wide["width"] / 2
    page.reload()
    expect(navigation.get_by_text("Industries")).to_be_hidden()
    navigation.get_by_role("link", name="Industries").click()
    expect(page.get_by_role("heading", name="Industries", level=1)).to_be_visible()


def test_the_first_tab_leads_past_the_navigation(page: Page) -> None:
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_nothing_moves_when_the_window_is_zoomed_to_four_hundred_per_cent(page: Page) -> None:
    # WCAG 1.4.10: 1280 px at 400 % are 320.
    page.set_viewport_size({"width": 320, "height": 256})
    for path in ("/contacts/", "/contacts/new/", "/contacts/trash/", "/contacts/operations/", "/industries/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_the_head_of_the_list_stays_one_line_when_the_window_is_zoomed_to_two_hundred_per_cent(
    page: Page,
) -> None:
    page.set_viewport_size({"width": 720, "height": 450})
    page.goto("/contacts/?stage=Hot")
    expect(page.get_by_role("link", name="New contact")).to_be_visible()
    box = page.locator(".page-head").bounding_box()
    assert box
    assert box["height"] < 70


def test_on_paper_the_list_and_the_record_beside_it_keep_within_the_sheet(page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1040, "height": 720})  # A4, landscape
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()

    page.get_by_role("link", name="Grace Hopper", exact=True).dispatch_event("click")
    record = record_panel(page)
    expect(record.get_by_role("heading", name="Grace Hopper")).to_be_visible()
    expect(row_of(page, "Grace Hopper")).to_be_hidden()
    box = record.bounding_box()
    assert box
    assert (box["x"], box["width"]) == (0, 1040)


def test_an_empty_database_has_nothing_to_filter(visit: Visit, manager: AdminUser) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    expect(page.get_by_role("heading", name="No contacts yet")).to_be_visible()
    expect(page.get_by_role("complementary", name="Filters")).to_be_hidden()


def test_the_sheet_of_keys_gives_focus_back_to_the_menu_it_was_opened_from(page: Page) -> None:
    menu = page.get_by_role("button", name="Max Manager")
    menu.click()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()


def test_keys_walk_through_the_activity_and_a_new_contact_starts_at_its_first_field(page: Page) -> None:
    page.goto("/contacts/operations/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Created: Hedy Lamarr")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Created")).to_be_visible()
    page.goto("/contacts/")
    page.keyboard.press("n")
    expect(page.get_by_label("First name")).to_be_focused()
