"""Column rights in a real browser, by mouse, by keyboard and without script; and what those they are about see."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from apps.accounts.access import Access
from apps.accounts.columns import ColumnRight
from apps.accounts.models import AdminUser
from apps.accounts.rights import set_column_rights
from apps.contacts.models import Contact
from apps.contacts.operations import delete_contacts
from tests.functional.conftest import Visit
from tests.functional.layout import overflow, small_targets
from tests.functional.list_page import open_group, rows, value
from tests.functional.looks import look_everywhere
from tests.functional.population import crowd, settle
from tests.functional.visitor import DESKTOP, PHONE, TABLET


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


def choice(page: Page, column: str, name: str) -> Locator:
    """By the column's name alone, not by what is said beside it."""
    row = page.locator("[data-row]").filter(
        has=page.locator("p > span:first-child", has_text=re.compile(f"^{column}$"))
    )
    return row.get_by_role("radio", name=name, exact=True)


def rights_of(person: AdminUser) -> dict[str, str]:
    return AdminUser.objects.values_list("column_rights", flat=True).get(pk=person.pk)


def summary(page: Page) -> Locator:
    return page.locator("[data-summary]")


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["1440", "1024", "390"])
def test_rights_are_chosen_reviewed_and_saved_by_mouse(
    visit: Visit, admin: AdminUser, user: AdminUser, size: dict[str, int]
) -> None:
    page = visit(admin, viewport=size)
    page.goto(f"/users/{user.pk}/columns/")
    assert overflow(page) + small_targets(page) == []
    expect(summary(page)).to_have_text("Nothing changed")
    choice(page, "E-mail", "Hidden").check()
    expect(page.locator("[data-was]:visible")).to_have_text("was Edit")
    expect(page.locator("section", has_text="Catch-all status").locator("[data-counts]")).to_have_text(
        "1 hidden, 2 edit"
    )
    page.get_by_role("button", name="Hide all of Phones").click()
    expect(summary(page)).to_have_text("6 columns changed, not saved yet")
    page.get_by_role("button", name="Edit all of Record").click()
    expect(choice(page, "Created", "Read")).to_be_checked()
    expect(choice(page, "Created", "Edit")).to_be_disabled()

    page.get_by_role("button", name="Review changes").click()
    expect(page.get_by_text("Loses", exact=True)).to_be_visible()
    assert "email" in rights_of(user)
    page.get_by_role("button", name="Save these rights").click()
    expect(page.get_by_role("status").filter(has_text="Saved: 6 columns changed.")).to_be_visible()
    assert {"email", "mobile_phone", "other_phone"}.isdisjoint(rights_of(user))
    expect(choice(page, "E-mail", "Hidden")).to_be_checked()


def test_rights_are_chosen_by_keyboard_alone(visit: Visit, admin: AdminUser, clerk: AdminUser) -> None:
    page = visit(admin)
    page.goto(f"/users/{clerk.pk}/columns/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Find a column")).to_be_focused()
    page.keyboard.type("mobile")
    expect(page.locator("[data-row]:visible")).to_have_count(1)
    page.keyboard.press("Enter")  # narrows, and sends nothing
    expect(summary(page)).to_have_text("Nothing changed")
    hidden = choice(page, "Mobile phone", "Hidden")
    for _ in range(30):
        page.keyboard.press("Tab")
        if hidden.evaluate("radio => radio === document.activeElement"):
            break
    page.keyboard.press("ArrowRight")
    expect(choice(page, "Mobile phone", "Read")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(choice(page, "Mobile phone", "Edit")).to_be_checked()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Review changes")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Gains reading")).to_be_visible()
    save = page.get_by_role("button", name="Save these rights")
    save.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Saved: 1 column changed.")).to_be_visible()
    assert rights_of(clerk)["mobile_phone"] == "read"


def test_a_preset_and_somebody_elses_rights_fill_the_grid_in(
    visit: Visit, admin: AdminUser, user: AdminUser, clerk: AdminUser
) -> None:
    page = visit(admin)
    page.goto(f"/users/{user.pk}/columns/")
    page.get_by_role("button", name="Names and companies only").click()
    expect(choice(page, "Company", "Read")).to_be_checked()
    expect(choice(page, "E-mail", "Hidden")).to_be_checked()
    page.get_by_label("Copy from").select_option(label="Cleo Clerk · User")
    page.get_by_role("button", name="Copy", exact=True).click()
    expect(choice(page, "Title", "Edit")).to_be_checked()
    page.wait_for_load_state()
    page.get_by_role("checkbox", name="Only changed").check()
    expect(page.locator("[data-row]:visible").filter(has_text="Title")).to_have_count(0)
    expect(page.locator("[data-row]:visible").filter(has_text="was Edit").first).to_be_visible()
    page.get_by_role("link", name="Start again").click()
    expect(choice(page, "E-mail", "Edit")).to_be_checked()
    assert len(rights_of(user)) == 51


def test_without_script_all_of_it_works(
    visit: Visit, admin: AdminUser, user: AdminUser, clerk: AdminUser
) -> None:
    page = visit(admin, java_script_enabled=False)
    page.goto(f"/users/{user.pk}/columns/")
    choice(page, "Title", "Read").check()
    page.get_by_role("searchbox", name="Find a column").fill("phone")
    page.get_by_role("searchbox", name="Find a column").press("Enter")
    expect(page.locator("[data-row]:visible").filter(has_text="City")).to_have_count(0)
    page.get_by_role("button", name="Hide all of Phones").click()
    page.get_by_role("searchbox", name="Find a column").fill("")
    page.get_by_role("checkbox", name="Only changed").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("[data-row]:visible")).to_have_count(6)
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Back to the grid").click()
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Save these rights").click()
    expect(page.get_by_text("Saved: 6 columns changed.")).to_be_visible()
    assert rights_of(user)["title"] == "read"
    page.goto(f"/users/{user.pk}/columns/?q=e-mail")
    expect(page.locator("[data-row]:visible").filter(has_text="City")).to_have_count(0)


def test_two_admins_at_once_see_both_choices(visit: Visit, admin: AdminUser, user: AdminUser) -> None:
    other = AdminUser.objects.create_user("olga@staff.example", name="Olga Other", role="admin")
    mine, theirs = visit(admin), visit(other)
    for page in (mine, theirs):
        page.goto(f"/users/{user.pk}/columns/")
    choice(theirs, "Title", "Read").check()
    theirs.get_by_role("button", name="Review changes").click()
    theirs.get_by_role("button", name="Save these rights").click()
    expect(theirs.get_by_text("Saved: 1 column changed.")).to_be_visible()

    choice(mine, "E-mail", "Hidden").check()
    mine.get_by_role("button", name="Review changes").click()
    expect(mine.get_by_role("alert")).to_contain_text("Somebody else changed these rights")
    expect(mine.get_by_role("alert")).to_contain_text("Olga Other")
    expect(mine.get_by_role("radio", name="Saved: Read")).to_be_checked()
    mine.get_by_role("radio", name="Yours: Hidden").check()
    mine.get_by_role("button", name="Review what I chose").click()
    mine.get_by_role("button", name="Save these rights").click()
    expect(mine.get_by_text("Saved: 1 column changed.")).to_be_visible()
    assert ("email" in rights_of(user), rights_of(user)["title"]) == (False, "read")


def test_the_defaults_of_a_role_are_given_to_everybody_by_a_second_step(
    visit: Visit, admin: AdminUser, user: AdminUser, clerk: AdminUser
) -> None:
    page = visit(admin)
    page.goto(f"/users/{user.pk}/columns/")
    page.get_by_role("link", name="Defaults of the role").click()
    page.get_by_role("button", name="No personal contact data").click()
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Save these rights").click()
    page.get_by_role("link", name="Apply to everybody of this role").click()
    expect(page.get_by_role("heading", name="2 people would get the defaults")).to_be_visible()
    page.get_by_role("button", name="Change 2 people").click()
    expect(page.get_by_text("2 people have these rights now.")).to_be_visible()
    assert rights_of(user) == rights_of(clerk)
    assert "email" not in rights_of(clerk)


def hide_company(page: Page, person: AdminUser) -> None:
    """As an admin does it, in a browser of their own."""
    page.goto(f"/users/{person.pk}/columns/")
    choice(page, "Company", "Hidden").check()
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Save these rights").click()
    expect(page.get_by_text("Saved: 1 column changed.")).to_be_visible()


@pytest.mark.parametrize("click", ["row", "filter", "next page", "sort", "reload"])
def test_an_open_page_loses_a_column_with_the_next_click(
    visit: Visit, admin: AdminUser, user: AdminUser, click: str
) -> None:
    crowd(120)
    page = visit(user)
    page.goto(
        "/contacts/?company=Company+3&company=Company+4&company=Company+5&company=Company+6&sort=company"
    )
    head = page.get_by_role("columnheader", name="Company", exact=True)
    expect(head).to_be_visible()
    expect(page.locator("tbody")).to_contain_text("Company 3")

    hide_company(visit(admin), user)
    expect(head).to_be_visible()  # nothing happens by itself
    if click == "row":
        rows(page).first.locator(".person").click()
    elif click == "filter":
        value(open_group(page, "Seniority"), "VP").check()
    elif click == "next page":
        page.get_by_role("link", name="Next").click()
    elif click == "sort":
        page.get_by_role("columnheader", name="Title").get_by_role("link").click()
    else:
        page.reload()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("company: There is no such filter.")
    if click != "sort":
        expect(notice).to_contain_text("There is no such column to sort by.")
    expect(head).to_have_count(0)
    expect(page.locator("#filters summary", has_text=re.compile(r"^\s*Company$"))).to_have_count(0)
    if click == "row":
        panel = page.get_by_role("complementary", name="Contact", exact=True)
        expect(panel.get_by_role("heading", name=re.compile(r"Person \d"))).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(re.compile(r"Company \d"))


def test_an_admin_looks_as_somebody_else_and_comes_back(
    visit: Visit, admin: AdminUser, clerk: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(admin)
    page.goto(f"/users/{clerk.pk}/access/")
    page.get_by_role("button", name="See the product as they do").click()
    banner = page.get_by_role("complementary", name="Looking as somebody else")
    expect(banner).to_contain_text("You see Appointment360 as Cleo Clerk would. Nothing can be changed.")
    expect(page.get_by_role("link", name="New contact")).to_have_count(0)
    expect(page.get_by_role("link", name="Trash")).to_have_count(0)
    expect(page.get_by_role("columnheader", name="E-mail")).to_have_count(0)
    page.wait_for_load_state()
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    panel = page.get_by_role("complementary", name="Contact", exact=True)
    expect(panel).to_contain_text("Rear Admiral")
    expect(panel).not_to_contain_text("grace@navy.example")
    expect(panel.get_by_role("button", name="Add note")).to_have_count(0)
    for size in (PHONE, TABLET, DESKTOP):
        page.set_viewport_size(size)
        assert overflow(page) + small_targets(page) == []
        expect(banner.get_by_role("button", name="Back to yourself")).to_be_in_viewport()

    page.goto("/profile/sessions/")
    expect(page.get_by_role("heading", name="You are only looking")).to_be_visible()
    page.get_by_role("link", name="Go on looking").click()
    banner.get_by_role("button", name="Back to yourself").click()
    expect(page.get_by_role("heading", name="Cleo Clerk")).to_be_visible()
    expect(banner).to_have_count(0)


def test_the_trash_is_shown_without_its_buttons(
    visit: Visit, admin: AdminUser, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    delete_contacts([contacts["Alan"].pk], access=Access.of(admin))
    page = visit(admin)
    page.goto(f"/users/{manager.pk}/access/")
    page.get_by_role("button", name="See the product as they do").click()
    page.get_by_role("link", name="Trash").click()
    expect(page.get_by_role("row", name="Alan Turing")).to_be_visible()
    expect(page.locator("main").get_by_role("button")).to_have_count(0)
    expect(page.locator("main").get_by_role("checkbox")).to_have_count(0)
    look_everywhere(page)


def test_without_script_too(
    visit: Visit, admin: AdminUser, clerk: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(admin, java_script_enabled=False, viewport=PHONE)
    page.goto(f"/users/{clerk.pk}/access/")
    page.get_by_role("button", name="See the product as they do").click()
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()
    expect(page.get_by_role("textbox", name="A note about Grace Hopper")).to_have_count(0)
    page.get_by_role("button", name="Back to yourself").click()
    expect(page.get_by_role("heading", name="Cleo Clerk")).to_be_visible()


def test_a_change_from_a_page_that_was_open_before_is_refused_in_words(
    visit: Visit, admin: AdminUser, clerk: AdminUser, contacts: dict[str, Contact]
) -> None:
    form = visit(admin)
    form.goto(f"/contacts/{contacts['Alan'].pk}/edit/")
    other = form.context.new_page()
    other.goto(f"/users/{clerk.pk}/access/")
    other.get_by_role("button", name="See the product as they do").click()
    expect(other.get_by_role("button", name="Back to yourself")).to_be_visible()
    form.get_by_label("Title").fill("Logician")
    form.get_by_role("button", name="Save changes").click()
    expect(
        form.get_by_text("Nothing was changed: while you look as somebody else, nothing can be.")
    ).to_be_visible()
    assert Contact.objects.get(pk=contacts["Alan"].pk).title == "Mathematician"
    form.get_by_role("button", name="Back to yourself").click()
    expect(form.get_by_role("heading", name="Cleo Clerk")).to_be_visible()


def test_a_column_shown_again_comes_back_with_the_next_click(
    visit: Visit, clerk: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(clerk)
    page.goto("/contacts/")
    expect(page.get_by_role("columnheader", name="E-mail")).to_have_count(0)
    set_column_rights(clerk, rights={"email": ColumnRight.READ}, actor_id=None)
    page.get_by_role("columnheader", name="Company").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="E-mail")).to_be_visible()
