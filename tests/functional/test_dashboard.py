"""The dashboard in a real browser: what a bar says is what the list behind it shows."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.population import settle


@pytest.fixture
def settled(admin: AdminUser) -> dict[str, Any]:
    return settle(Access.of(admin))


def follow(page: Page, card: str, label: str) -> None:
    """Goes through a bar to its list, and compares the two numbers."""
    bar = page.get_by_role("region", name=card, exact=True).get_by_role("link", name=re.compile(rf"^{label}"))
    number = bar.locator(".dash-number").inner_text()
    bar.click()
    page.wait_for_url(re.compile(r"/contacts/\?"))
    expect(page.get_by_role("heading", name="Contacts", exact=True)).to_be_visible()
    expect(page.locator("#results [data-row]")).to_have_count(int(number))
    page.go_back()
    expect(page.get_by_role("heading", name="Dashboard")).to_be_visible()


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without"])
def test_a_bar_leads_to_the_people_it_counts(visit: Visit, admin: AdminUser, with_script: bool) -> None:
    page = visit(admin, java_script_enabled=with_script)
    page.goto("/dashboard/")
    follow(page, "Country", "Austria")
    follow(page, "What is missing", "E-mail")
    follow(page, "What is stale", "Never contacted")
    follow(page, "Stage", "Hot")


@pytest.mark.usefixtures("settled")
def test_growth_is_read_and_followed_by_keyboard(visit: Visit, admin: AdminUser) -> None:
    page = visit(admin)
    page.goto("/contacts/")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/dashboard/")
    page.get_by_role("link", name="52 weeks").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("weeks=52"))
    growth = page.get_by_role("region", name="New contacts by week", exact=True)
    bars = growth.get_by_role("listitem").get_by_role("link")
    expect(bars).to_have_count(52)
    expect(bars.first).to_have_accessible_name(re.compile("^Week of .*: 3 new contacts"))
    growth.get_by_text("In figures").focus()
    page.keyboard.press("Enter")
    expect(growth.get_by_role("row")).to_have_count(53)
    bars.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("created_at__gte"))
    expect(page.locator("#results [data-row]")).to_have_count(3)


@pytest.mark.usefixtures("settled")
def test_a_person_finds_their_own_work_again(visit: Visit, admin: AdminUser) -> None:
    page = visit(admin)
    page.goto("/dashboard/")
    records = page.get_by_role("region", name="My recent records")
    records.get_by_role("link", name="Grace Hopper").click()
    page.wait_for_url(re.compile(r"/contacts/\d+/"))
    expect(page.get_by_role("heading", name="Grace Hopper").first).to_be_visible()


def test_an_empty_database_leads_to_the_first_contact(visit: Visit, manager: AdminUser) -> None:
    page = visit(manager)
    page.goto("/dashboard/")
    expect(page.get_by_role("region", name="My downloads")).to_contain_text("100 left")
    page.get_by_role("link", name="New contact").click()
    page.wait_for_url("**/contacts/new/")


@pytest.mark.usefixtures("settled")
def test_a_phone_shows_the_latest_weeks(visit: Visit, admin: AdminUser) -> None:
    page = visit(admin, viewport={"width": 390, "height": 844})
    page.goto("/dashboard/?weeks=52")
    latest = page.get_by_role("region", name="New contacts by week", exact=True).get_by_role("listitem").first
    expect(latest).to_be_in_viewport()
