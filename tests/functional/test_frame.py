"""The frame around every page: theme, row height, folded navigation, the way past it all."""

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.list_page import row_of
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
