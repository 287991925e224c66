"""Creating and editing: errors that lead to their field, two people at once, duplicates."""

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.list_page import expect_message
from tests.functional.population import settle


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


def open_edit(page: Page, contact: Contact) -> None:
    page.goto(f"/contacts/{contact.pk}/")
    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_role("button", name="Save changes")).to_be_visible()
    page.wait_for_load_state()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save changes").click()


def test_errors_are_summed_up_lead_to_their_fields_and_lose_nothing_typed(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    open_edit(page, contacts["Grace"])
    page.get_by_label("Title").fill("Commodore")
    page.get_by_label("E-mail", exact=True).fill("grace at navy")
    page.get_by_label("Website").fill("javascript:alert(1)")
    save(page)

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("2 things need your attention")
    summary.get_by_role("link", name="E-mail:").click()
    email = page.get_by_label("E-mail", exact=True)
    expect(email).to_be_focused()
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description(
        "This is not an e-mail address; it should look like name@example.com."
    )
    expect(page.get_by_label("Title")).to_have_value("Commodore")

    email.fill("grace@fleet.example")
    page.get_by_label("Website").fill("fleet.example")
    save(page)
    expect_message(page, "Saved.")
    expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()
    expect(page.get_by_text("Commodore").first).to_be_visible()
    expect(page.locator(".facts dt:text-is('Website') + dd a")).to_have_attribute(
        "href", "https://fleet.example"
    )


def test_two_people_who_edit_the_same_field_choose_and_nothing_else_is_lost(
    visit: Visit, manager: AdminUser, admin: AdminUser, contacts: dict[str, Contact]
) -> None:
    mine, theirs = visit(manager), visit(admin)
    for page in (mine, theirs):
        open_edit(page, contacts["Alan"])
    theirs.get_by_label("Title").fill("Codebreaker")
    theirs.get_by_label("Company", exact=True).fill("Hut 8")
    save(theirs)
    expect_message(theirs, "Saved.")

    mine.get_by_label("Title").fill("Logician")
    mine.get_by_label("Company", exact=True).fill("Manchester")
    mine.get_by_label("City", exact=True).fill("Wilmslow")
    save(mine)
    expect(mine.get_by_role("heading", name="Somebody else changed Alan Turing")).to_be_visible()
    row = mine.get_by_role("row").filter(has=mine.get_by_role("rowheader", name="Title"))
    expect(row).to_contain_text("Codebreaker")
    expect(row).to_contain_text("Ada Admin")
    expect(row).to_contain_text("Logician")
    row.get_by_role("radio", name="Codebreaker").check()
    company = mine.get_by_role("row").filter(has=mine.get_by_role("rowheader", name="Company"))
    company.get_by_role("radio", name="Manchester").check()
    mine.get_by_role("button", name="Save what I chose").click()

    expect_message(mine, "Saved.")
    saved = Contact.objects.get(pk=contacts["Alan"].pk)
    assert (saved.title, saved.company, saved.city) == ("Codebreaker", "Manchester", "Wilmslow")


def test_a_third_edit_while_choosing_asks_again(
    visit: Visit, manager: AdminUser, admin: AdminUser, contacts: dict[str, Contact]
) -> None:
    mine, theirs = visit(manager), visit(admin)
    open_edit(mine, contacts["Alan"])
    for title in ("Codebreaker", "Biologist"):
        open_edit(theirs, contacts["Alan"])
        theirs.get_by_label("Title").fill(title)
        save(theirs)
        expect_message(theirs, "Saved.")
        if title == "Codebreaker":
            mine.get_by_label("Title").fill("Logician")
            save(mine)
            expect(mine.get_by_text("Codebreaker")).to_be_visible()
    mine.get_by_role("button", name="Save what I chose").click()
    expect(mine.get_by_role("heading", name="Somebody else changed Alan Turing")).to_be_visible()
    expect(mine.get_by_text("Biologist")).to_be_visible()
    mine.get_by_role("button", name="Save what I chose").click()
    expect_message(mine, "Saved.")
    assert Contact.objects.get(pk=contacts["Alan"].pk).title == "Logician"


def test_two_people_who_edit_different_fields_both_succeed(
    visit: Visit, manager: AdminUser, admin: AdminUser, contacts: dict[str, Contact]
) -> None:
    mine, theirs = visit(manager), visit(admin)
    for page in (mine, theirs):
        open_edit(page, contacts["Hedy"])
    theirs.get_by_label("Title").fill("Actress")
    save(theirs)
    expect_message(theirs, "Saved.")
    mine.get_by_label("City", exact=True).fill("Vienna")
    save(mine)
    expect_message(mine, "Saved.")
    saved = Contact.objects.get(pk=contacts["Hedy"].pk)
    assert (saved.title, saved.city) == ("Actress", "Vienna")


def test_a_new_contact_that_is_there_already_is_named_and_another_is_created(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Create contact")).to_be_visible()
    page.get_by_role("button", name="Create contact").click()
    expect(page.get_by_role("alert")).to_contain_text("Give at least a name")

    page.get_by_label("First name").fill("Amazing Grace")
    page.get_by_label("LinkedIn", exact=True).fill("linkedin.com/in/Grace-Hopper/")
    page.get_by_role("button", name="Create contact").click()
    warning = page.get_by_role("alert")
    expect(warning).to_contain_text("This person may be here already")
    expect(warning.get_by_role("link", name="Grace Hopper")).to_have_attribute(
        "href", f"/contacts/{contacts['Grace'].pk}/"
    )

    page.get_by_label("LinkedIn", exact=True).fill("")
    page.get_by_label("Departments").fill("Research, Teaching")
    page.get_by_role("button", name="Create contact").click()
    expect_message(page, "Contact created.")
    expect(page.get_by_role("heading", name="Amazing Grace", level=1)).to_be_visible()
    assert Contact.objects.get(first_name="Amazing Grace").departments == ["Research", "Teaching"]


def test_values_of_others_are_offered_while_typing(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    open_edit(page, contacts["Hedy"])
    page.get_by_label("Company", exact=True).press_sequentially("Ble")
    offered = page.locator("datalist#values-company option")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "Bletchley Park")


def test_a_clerk_sees_and_edits_only_the_columns_granted(
    visit: Visit, clerk: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(clerk)
    page.goto("/contacts/")
    expect(page.get_by_role("columnheader")).to_have_text(["Name", "Title", "Company", "Country"])
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    panel = page.get_by_role("complementary", name="Contact", exact=True)
    expect(panel).to_contain_text("Rear Admiral")
    expect(panel).not_to_contain_text("grace@navy.example")
    page.keyboard.press("e")
    expect(page.locator("form.form").get_by_role("textbox")).to_have_count(1)
    page.locator("form.form").get_by_role("textbox").fill("Commodore")
    save(page)
    expect_message(page, "Saved.")
    saved = Contact.objects.get(pk=contacts["Grace"].pk)
    assert (saved.title, saved.email) == ("Commodore", "grace@navy.example")


def test_beside_a_long_form_the_names_of_its_groups_lead_to_them(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.set_viewport_size({"width": 1440, "height": 900})
    open_edit(page, contacts["Grace"])
    expect(page.get_by_label("Tags")).not_to_be_in_viewport()
    page.get_by_role("navigation", name="Groups of fields").get_by_role("link", name="Pipeline").click()
    expect(page.get_by_label("Tags")).to_be_in_viewport()
    page.set_viewport_size({"width": 1024, "height": 768})
    expect(page.get_by_role("navigation", name="Groups of fields")).to_be_hidden()
