"""The operators' page of errors in a browser: an error happens, is found by its request, and is marked as resolved."""

import pytest
from playwright.sync_api import expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from apps.core.errors.models import ErrorGroup
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.functional.population import settle
from tests.functional.test_error_pages import broken_notes


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


@pytest.mark.parametrize("has_script", [True, False], ids=["with script", "without"])
def test_an_error_is_found_and_resolved(
    visit: Visit, admin: AdminUser, contacts: dict[str, Contact], has_script: bool
) -> None:
    page = visit(admin, expected_statuses={500}, java_script_enabled=has_script)
    page.goto("/ops/errors/")
    expect(page.get_by_role("heading", name="No open errors")).to_be_visible()
    if has_script:
        look_everywhere(page)
    with broken_notes():
        page.goto(f"/contacts/{contacts['Alan'].pk}/")
        request = page.locator("#fault code").inner_text()
    page.goto("/ops/errors/")
    row = page.get_by_role("row").filter(has_text=request)
    expect(row).to_contain_text("ProgrammingError")
    if has_script:
        look_everywhere(page)
    row.get_by_role("link").click()
    expect(page.get_by_text("apps/contacts/").first).to_be_visible()
    if has_script:
        look_everywhere(page)
    page.get_by_role("button", name="Mark as resolved").click()
    expect(page.get_by_role("heading", name="No open errors")).to_be_visible()
    page.get_by_role("link", name="Show resolved ones").click()
    expect(page.get_by_role("row").filter(has_text=request)).to_be_visible()
    assert ErrorGroup.objects.get().resolved_at is not None
