"""With JavaScript switched off every page still does its work, as plain links and forms."""

import re

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from apps.contacts.operations import edit_contact
from tests.functional.conftest import Visit
from tests.functional.list_page import chips, count, names, open_group, row_of, rows, value
from tests.functional.population import crowd, settle
from tests.functional.visitor import PHONE

PASSWORD = "correct horse battery staple"


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


@pytest.fixture
def page(visit: Visit, manager: AdminUser) -> Page:
    return visit(manager, java_script_enabled=False)


def says(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


def test_signing_in_and_out(visit: Visit, manager: AdminUser) -> None:
    manager.set_password(PASSWORD)
    manager.save()
    page = visit(java_script_enabled=False)
    page.goto("/contacts/")
    page.get_by_label("E-mail address").fill(manager.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="No contacts yet")).to_be_visible()
    page.get_by_role("button", name="Max Manager").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_filtering_sorting_and_paging(page: Page) -> None:
    crowd(120)
    page.goto("/contacts/")
    value(open_group(page, "Seniority"), "VP").check()
    open_group(page, "Company").get_by_role("searchbox", name="Find a value of Company").fill("Company 3")
    page.get_by_role("searchbox", name="Search contacts").fill("engineer")
    page.get_by_role("button", name="Show results").click()
    expect(chips(page)).to_have_text([re.compile("Text"), "Seniority: VP", "Company: Company 3"])
    expect(rows(page)).to_have_count(6)
    expect(value(page.locator("#filters"), "VP")).to_be_checked()

    chips(page).nth(2).get_by_role("link").click()
    expect(count(page)).to_have_text("35 of 120")
    page.get_by_role("link", name="Clear all").click()
    page.get_by_role("columnheader", name="Company").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Company")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("link", name="Next").click()
    page.get_by_role("link", name="Next").click()
    expect(rows(page)).to_have_count(20)
    page.get_by_role("link", name="Previous").click()
    expect(page.locator(".results-foot")).to_contain_text("51 – 100 of 120")
    page.go_back()
    expect(rows(page)).to_have_count(20)
    expect(names(page).first).to_be_visible()


def test_the_record_a_note_an_edit_with_an_error_and_its_undo(
    page: Page, contacts: dict[str, Contact]
) -> None:
    page.goto("/contacts/?seniority=C-Suite")
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()
    page.get_by_role("textbox", name="A note about Grace Hopper").fill("Likes clocks.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#notes").get_by_text("Likes clocks.")).to_be_visible()

    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Title").fill("Commodore")
    page.get_by_label("Employees").fill("many")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("Employees")
    page.get_by_label("Employees").fill("1300")
    page.get_by_role("button", name="Save changes").click()
    says(page, "Saved.")

    page.get_by_role("button", name="Undo Title").click()
    says(page, "Undone on 1 contact.")
    saved = Contact.objects.get(pk=contacts["Grace"].pk)
    assert (saved.title, saved.employees) == ("Rear Admiral", 1300)


def test_a_conflict_is_decided(page: Page, manager: AdminUser, contacts: dict[str, Contact]) -> None:
    alan = contacts["Alan"]
    page.goto(f"/contacts/{alan.pk}/edit/")
    edit_contact(alan.pk, access=Access.of(manager), values={"title": "Codebreaker"}, seen_version=1)
    page.get_by_label("Title").fill("Logician")
    page.get_by_label("City", exact=True).fill("Wilmslow")
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("radio", name="Codebreaker").check()
    page.get_by_role("button", name="Save what I chose").click()
    says(page, "Saved.")
    saved = Contact.objects.get(pk=alan.pk)
    assert (saved.title, saved.city) == ("Codebreaker", "Wilmslow")


def test_creating_deleting_restoring_and_undoing_it_all(page: Page, contacts: dict[str, Contact]) -> None:
    page.goto("/contacts/")
    page.get_by_role("link", name="New contact").click()
    page.get_by_label("First name").fill("Radia")
    page.get_by_label("Last name").fill("Perlman")
    page.get_by_label("E-mail", exact=True).fill("grace@navy.example")
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("alert")).to_contain_text("Same e-mail")
    page.get_by_label("E-mail", exact=True).fill("radia@bridges.example")
    page.get_by_role("button", name="Create contact").click()
    says(page, "Contact created.")

    page.get_by_role("link", name="Delete this contact").click()
    page.get_by_role("button", name="Delete contact").click()
    says(page, "Radia Perlman is in the trash.")
    page.get_by_role("link", name="Trash").click()
    page.get_by_role("checkbox", name="Select Radia Perlman").check()
    page.get_by_role("button", name="Restore selected").click()
    says(page, "1 contact restored.")

    page.get_by_role("link", name="Activity").click()
    page.get_by_role("row").filter(has_text="Restored").get_by_role("link").click()
    page.get_by_role("button", name="Undo this operation").click()
    says(page, "Undone on 1 contact.")
    assert not Contact.objects.filter(first_name="Radia").exists()


def test_industries(page: Page, contacts: dict[str, Contact]) -> None:
    page.goto("/industries/")
    page.get_by_role("link", name="New industry").click()
    page.get_by_label("Name").fill("Cryptography")
    page.get_by_role("button", name="Create industry").click()
    says(page, "Cryptography saved.")
    page.get_by_role("searchbox", name="Find an industry").fill("comp")
    page.get_by_role("searchbox", name="Find an industry").press("Enter")
    page.get_by_role("link", name="Computing", exact=True).click()
    expect(row_of(page, "Grace Hopper")).to_be_visible()
    expect(rows(page)).to_have_count(1)


def test_the_filters_of_a_phone_open_too(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager, java_script_enabled=False, viewport=PHONE, has_touch=True)
    page.goto("/contacts/")
    page.get_by_role("button", name="Filters").tap()
    value(open_group(page, "Seniority"), "Founder").tap()
    page.get_by_role("button", name="Show results").tap()
    expect(count(page)).to_have_text("1 of 3")
    expect(row_of(page, "Hedy Lamarr")).to_be_visible()
