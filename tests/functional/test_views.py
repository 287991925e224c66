"""Saved views and columns, as a person uses them."""

import re

import pytest
from django.http import QueryDict
from playwright.sync_api import Locator, Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact, SavedView
from apps.contacts.saved_views.operations import Look, mark_visit, save_view_as, share_view
from apps.contacts.search import Search
from tests.functional.conftest import Visit
from tests.functional.list_page import chips, count, names, open_group, rows, value
from tests.functional.population import crowd
from tests.functional.visitor import PHONE


@pytest.fixture
def page(visit: Visit, manager: AdminUser) -> Page:
    """The list of 60 people: 20 VPs, half of everybody in Japan."""
    crowd(60)
    page = visit(manager)
    page.goto("/contacts/")
    expect(count(page)).to_have_text("60")
    return page


def make_view(person: AdminUser, query: str, name: str, *, shared: bool = False) -> int:
    access = Access.of(person)
    view = save_view_as(access=access, name=name, look=Look(Search.parse(QueryDict(query), access)))
    if shared:
        share_view(view.pk, access=access, is_shared=True)
    return view.pk


def tabs(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Views")


def tab(page: Page, name: str) -> Locator:
    return tabs(page).get_by_role("link", name=re.compile(f"^{name}"))


def heads(page: Page) -> Locator:
    """Those of columns, without the one of the boxes."""
    return page.get_by_role("table", name="Contacts").locator("th[data-column]")


def chooser(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Columns")


def open_chooser(page: Page) -> Locator:
    page.get_by_role("link", name="Columns").click()
    expect(chooser(page).get_by_role("searchbox", name="Find a column")).to_be_focused()
    return chooser(page)


def test_a_search_becomes_a_view_is_changed_saved_and_reset(page: Page) -> None:
    expect(page.get_by_role("button", name="Save as view")).to_have_count(0)
    value(open_group(page, "Seniority"), "VP").check()
    expect(count(page)).to_have_text("20 of 60")
    page.get_by_role("button", name="Save as view").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("The VPs")
    page.keyboard.press("Enter")
    expect(tab(page, "The VPs")).to_have_attribute("aria-current", "page")
    view = SavedView.objects.get()
    expect(page).to_have_url(f"/contacts/?view={view.pk}")
    page.wait_for_load_state()
    expect(count(page)).to_have_text("20 of 60")
    expect(value(page.locator("#filters"), "VP")).to_be_checked()

    value(page.locator("#filters"), "VP").uncheck()
    expect(count(page)).to_have_text("60")
    expect(page.get_by_text("Changed", exact=True)).to_be_visible()
    page.get_by_role("link", name="Reset").click()
    expect(page).to_have_url(f"/contacts/?view={view.pk}")
    expect(chips(page)).to_have_text(["Seniority: VP"])

    value(open_group(page, "Location"), "Japan").check()
    expect(count(page)).to_have_text("10 of 60")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved “The VPs”.")).to_be_visible()
    expect(page.get_by_text("Changed", exact=True)).to_have_count(0)
    expect(count(page)).to_have_text("10 of 60")

    tab(page, "All contacts").click()
    expect(count(page)).to_have_text("60")
    tab(page, "The VPs").click()
    expect(count(page)).to_have_text("10 of 60")


def test_a_view_is_renamed_shared_made_the_start_and_deleted(page: Page, manager: AdminUser) -> None:
    view = make_view(manager, "seniority=VP", "Old name")
    page.goto(f"/contacts/?view={view}")
    page.get_by_role("button", name="More about views").click()
    page.get_by_label("Name of this view").fill("New name")
    page.get_by_label("Name of this view").press("Enter")
    expect(tab(page, "New name")).to_be_visible()
    page.get_by_role("button", name="More about views").click()
    page.get_by_role("button", name="Share with everybody").click()
    expect(tab(page, r"New name \(shared\)")).to_be_visible()
    page.get_by_role("button", name="More about views").click()
    page.get_by_role("button", name="Start with this view").click()
    expect(page.get_by_role("status").filter(has_text="Contacts open with")).to_be_visible()

    page.goto("/contacts/")
    expect(page).to_have_url(f"/contacts/?view={view}")
    tab(page, "All contacts").click()
    expect(count(page)).to_have_text("60")

    page.get_by_role("button", name="More about views").click()
    page.get_by_role("link", name="All views").click()
    expect(page.get_by_role("heading", name="Views", level=1)).to_be_visible()
    expect(page.get_by_text("20 contacts")).to_be_visible()
    page.get_by_role("button", name="Delete New name").click()
    expect(page.get_by_role("heading", name="No views yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="New name")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="“New name” is back.")).to_be_visible()
    expect(page.get_by_text("20 contacts")).to_be_visible()
    expect(page.get_by_role("main")).to_be_focused()


def test_tabs_are_put_in_order_by_keys_and_by_dragging(page: Page, manager: AdminUser) -> None:
    for name in ("Ann", "Ben", "Cat"):
        make_view(manager, "", name, shared=name == "Ben")
    page.goto("/contacts/views/")
    up = page.get_by_role("button", name="Move Ben up")
    up.focus()
    for place in ("2", "1"):
        with page.expect_response("**/views/order/") as kept:
            page.keyboard.press("Enter")
        assert kept.value.status == 204
        expect(up).to_be_focused()
        expect(page.locator("[data-said]")).to_have_text(f"Ben: {place} of 3")
    lines = page.locator(".view-line")
    grip, target = lines.nth(2).locator("[data-grip]").bounding_box(), lines.nth(1).bounding_box()
    assert grip
    assert target
    page.mouse.move(grip["x"] + 5, grip["y"] + 9)
    page.mouse.down()
    page.mouse.up()
    expect(page.locator("[data-said]")).to_have_text("Ben: 1 of 3")  # nothing was moved
    page.mouse.down()
    page.mouse.move(target["x"] + 5, target["y"] + 4, steps=4)
    with page.expect_response("**/views/order/"):
        page.mouse.up()
    expect(page.locator("[data-said]")).to_have_text("Cat: 2 of 3")
    page.goto("/contacts/")
    expect(tabs(page).locator(".view-name")).to_have_text(["Ben", "Cat", "Ann"])


def test_tabs_that_do_not_fit_are_in_a_menu_and_the_open_one_stays(page: Page, manager: AdminUser) -> None:
    views = [
        make_view(manager, "seniority=VP", f"A view of mine, number {number:02}") for number in range(14)
    ]
    page.goto("/contacts/")
    height = page.locator("[data-view-bar]").bounding_box()["height"]  # type: ignore[index]
    page.goto(f"/contacts/?view={views[-1]}")
    more = page.get_by_role("button", name=re.compile(r"^More \d"))
    expect(tab(page, "A view of mine, number 13")).to_be_in_viewport(ratio=1)
    expect(tab(page, "A view of mine, number 00")).to_be_visible()
    expect(tab(page, "A view of mine, number 12")).to_be_hidden()
    assert page.locator("[data-view-bar]").bounding_box()["height"] == height  # type: ignore[index]
    assert page.locator("[data-tabs] > ul").first.evaluate("list => list.scrollWidth <= list.clientWidth")
    more.focus()
    page.keyboard.press("Enter")
    last = page.locator("#view-folded").get_by_role("link").last
    expect(last).to_have_text("A view of mine, number 12")
    last.focus()
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    last.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/contacts/?view={views[-2]}")
    expect(tab(page, "A view of mine, number 12")).to_be_in_viewport(ratio=1)

    value(open_group(page, "Location"), "Japan").check()  # the list comes anew, the bar with it
    expect(page.get_by_text("Changed", exact=True)).to_be_visible()
    expect(tab(page, "A view of mine, number 12")).to_be_in_viewport(ratio=1)
    page.set_viewport_size(PHONE)
    expect(tab(page, "A view of mine, number 12")).to_be_in_viewport(ratio=1)
    expect(tab(page, "A view of mine, number 00")).to_be_hidden()
    page.set_viewport_size({"width": 4000, "height": 900})
    expect(tab(page, "A view of mine, number 11")).to_be_in_viewport(ratio=1)
    expect(more).to_be_hidden()


def test_a_shared_view_stays_as_it_is_until_a_copy_is_made(
    visit: Visit, manager: AdminUser, user: AdminUser
) -> None:
    crowd(60)
    view = make_view(manager, "seniority=VP", "Team", shared=True)
    page = visit(user)
    page.goto(f"/contacts/?view={view}")
    value(open_group(page, "Location"), "Japan").check()
    expect(count(page)).to_have_text("10 of 60")
    expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Save as mine").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Team 2")
    page.get_by_role("button", name="Save view").click()
    expect(tab(page, "Team 2")).to_have_attribute("aria-current", "page")
    tab(page, r"Team \(shared\)").click()
    expect(count(page)).to_have_text("20 of 60")
    assert SavedView.objects.get(pk=view).query == "seniority=VP"


def test_what_is_new_stands_beside_the_name_until_the_view_is_opened_again(
    page: Page, manager: AdminUser
) -> None:
    view = make_view(manager, "stage=Hot", "Hot ones")
    mark_visit(view, access=Access.of(manager))
    for n in range(3):
        Contact.objects.create(last_name=f"New {n}", stage="Hot")
    page.goto("/contacts/")
    name = "Hot ones 3 new contacts since your last visit"
    expect(tabs(page).get_by_role("link", name=name)).to_be_visible()
    expect(page.get_by_role("link", name="New contact", exact=True)).to_be_visible()
    tab(page, "Hot ones").click()
    expect(page).to_have_url(f"/contacts/?view={view}")
    expect(tabs(page).get_by_role("link", name=name)).to_be_visible()
    page.locator("#sort-company").click()
    expect(page.locator("#sort-company")).to_be_focused()
    expect(tabs(page).get_by_role("link", name=name)).to_be_visible()  # as it was when it was opened
    with page.expect_response("**/views/new/"):
        page.reload()
    expect(tabs(page).get_by_role("link", name="Hot ones", exact=True)).to_be_visible()


def test_columns_are_found_ticked_ordered_by_keys_and_made_wider(page: Page) -> None:
    dialog = open_chooser(page)
    page.keyboard.type("reven")
    revenue = dialog.get_by_role("checkbox", name="Annual revenue")
    revenue.check()
    expect(revenue).to_be_focused()
    dialog.get_by_role("searchbox", name="Find a column").fill("")
    for label in ("E-mail", "Work direct phone", "City", "Country", "Employees", "Industry", "Updated"):
        dialog.get_by_role("checkbox", name=label, exact=True).uncheck()
    up = dialog.get_by_role("button", name="Move Annual revenue up")
    up.focus()
    page.keyboard.press("Enter")
    expect(up).to_be_focused()
    expect(dialog.get_by_role("status")).to_have_text("Annual revenue: 3 of 4")
    dialog.get_by_role("spinbutton", name="Width of Title").fill("333")
    dialog.get_by_role("button", name="Show these columns").click()
    expect(dialog).to_be_hidden()
    expect(heads(page)).to_have_text(["Name", "Title", "Company", "Annual revenue", "Stage"])
    expect(page.get_by_role("link", name="Columns")).to_be_focused()
    assert round(heads(page).nth(1).bounding_box()["width"]) == 333  # type: ignore[index]

    page.reload()
    expect(heads(page)).to_have_text(["Name", "Title", "Company", "Annual revenue", "Stage"])
    open_chooser(page).get_by_role("button", name="Back to the usual ones").click()
    expect(heads(page)).to_have_count(11)


def test_a_column_is_dragged_to_its_place(page: Page) -> None:
    dialog = open_chooser(page)
    grip = dialog.locator('[data-column="stage"] [data-grip]').bounding_box()
    target = dialog.locator('[data-column="title"]').bounding_box()
    assert grip
    assert target
    page.mouse.move(grip["x"] + 5, grip["y"] + 9)
    page.mouse.down()
    page.mouse.move(target["x"] + 5, target["y"] + 4, steps=4)
    page.mouse.up()
    expect(dialog.get_by_role("status")).to_have_text("Stage: 1 of 10")
    dialog.get_by_role("button", name="Show these columns").click()
    expect(heads(page).nth(1)).to_have_text("Stage")


def test_the_edge_of_a_head_is_dragged_and_the_width_stays(page: Page) -> None:
    title = heads(page).nth(1)
    box = title.bounding_box()
    assert box
    edge = box["x"] + box["width"] - 3
    page.mouse.move(edge, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(edge + 80, box["y"] + 10, steps=3)
    with page.expect_response("**/columns/save/") as saved:
        page.mouse.up()
    assert saved.value.status == 204
    expect(page).to_have_url("/contacts/")  # no click on the head's link
    page.reload()
    assert round(title.bounding_box()["width"]) == round(box["width"]) + 80  # type: ignore[index]


def test_the_name_stays_in_sight_when_the_table_is_scrolled(page: Page) -> None:
    name, head = names(page).first, heads(page).first
    before = name.bounding_box()
    page.locator(".table-scroll").evaluate("table => table.scrollTo(500, 300)")
    expect(heads(page).nth(1)).not_to_be_in_viewport()
    after, top = names(page).nth(12).bounding_box(), head.bounding_box()
    assert before
    assert after
    assert top
    assert after["x"] == before["x"]
    expect(head).to_be_in_viewport()
    # The boxes stay before it.
    box = page.locator("tbody .cell-select").nth(12).bounding_box()
    assert box
    assert (box["x"], round(box["width"])) == (page.locator(".table-scroll").bounding_box()["x"], 36)  # type: ignore[index]
    cell = rows(page).nth(12).locator("th").bounding_box()
    assert cell
    assert cell["x"] == box["x"] + 36


def test_a_link_shows_a_colleague_the_same_columns_and_rows(visit: Visit, user: AdminUser) -> None:
    crowd(3)
    page = visit(user)
    page.goto("/contacts/?columns=name:260,stage,title&density=compact&sort=-last_name")
    expect(heads(page)).to_have_text(["Name", "Stage", "Title"])
    link = page.locator("[data-copy]").get_attribute("data-copy")
    page.get_by_role("link", name="Columns").click()
    chooser(page).get_by_role("button", name="Show these columns").click()
    expect(page).to_have_url("/contacts/?sort=-last_name")
    expect(heads(page)).to_have_text(["Name", "Stage", "Title"])
    assert link
    page.goto(link)
    expect(heads(page)).to_have_text(["Name", "Stage", "Title"])
    assert rows(page).first.bounding_box()["height"] < 32  # type: ignore[index]


def test_without_script_views_and_columns_are_forms(visit: Visit, user: AdminUser) -> None:
    crowd(3)
    for name in ("Ann", "Ben"):
        make_view(user, "", name)
    page = visit(user, java_script_enabled=False)
    page.goto("/contacts/views/")
    page.get_by_role("button", name="Move Ben up").click()
    expect(page.locator(".view-line h2 a")).to_have_text(["Ben", "Ann"])
    page.goto("/contacts/?seniority=VP")
    page.get_by_role("button", name="Save as view").click()
    page.get_by_label("Name", exact=True).fill("The VPs")
    page.get_by_role("button", name="Save view").click()
    expect(tab(page, "The VPs")).to_be_visible()
    page.get_by_role("link", name="Columns").click()
    page.get_by_role("checkbox", name="Title").uncheck()
    page.get_by_role("button", name="Move Company down").click()
    expect(page.get_by_role("checkbox", name="Title")).not_to_be_checked()
    page.get_by_role("button", name="Show these columns").click()
    expect(tab(page, "The VPs")).to_have_attribute("aria-current", "page")
    expect(heads(page).nth(1)).to_have_text("E-mail")
    expect(heads(page).nth(2)).to_have_text("Company")


def test_chosen_columns_are_on_the_cards_of_a_phone(visit: Visit, manager: AdminUser) -> None:
    crowd(2)
    page = visit(manager, viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/contacts/?columns=country,title")
    expect(rows(page).first.get_by_text("Japan")).to_be_visible()
    expect(rows(page).first.get_by_text("Company 1")).to_have_count(0)
