"""Taking things back: one value, one step, a deletion, a whole operation."""

import pytest
from playwright.sync_api import expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from apps.contacts.operations import delete_contacts, edit_contact
from apps.contacts.views import log as log_views
from tests.functional.conftest import Visit
from tests.functional.list_page import expect_message, record_panel, row_of
from tests.functional.population import settle
from tests.jobs_done import do_jobs


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


def test_one_value_goes_back_from_the_history_and_then_the_rest(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    alan = contacts["Alan"]
    values = {"title": "Codebreaker", "company": "Hut 8", "stage": "Hot"}
    edit_contact(alan.pk, access=Access.of(manager), values=values, seen_version=1)
    page = visit(manager)
    page.goto(f"/contacts/{alan.pk}/")
    page.get_by_role("link", name="Whole history").click()
    expect(page.get_by_role("heading", name="History of Alan Turing")).to_be_visible()

    page.get_by_role("button", name="Undo Title").click()
    expect_message(page, "Undone on 1 contact.")
    alan.refresh_from_db()
    assert (alan.title, alan.company, alan.stage) == ("Mathematician", "Hut 8", "Hot")

    # Somebody went on from there: that value stays, and is said.
    edit_contact(alan.pk, access=Access.of(manager), values={"stage": "Warm"}, seen_version=alan.version)
    page.reload()
    page.get_by_role("button", name="Undo all").click()
    expect_message(page, "Left as it is: Stage – Changed since then")
    alan.refresh_from_db()
    assert (alan.title, alan.company, alan.stage) == ("Mathematician", "Bletchley Park", "Warm")


def test_undo_beside_the_list_stays_there_and_the_list_follows(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    alan = contacts["Alan"]
    values = {"title": "Codebreaker", "company": "Hut 8"}
    edit_contact(alan.pk, access=Access.of(manager), values=values, seen_version=1)
    page = visit(manager)
    page.goto("/contacts/?seniority=Senior")
    page.get_by_role("link", name="Alan Turing").click()
    expect(record_panel(page).get_by_role("heading", name="Alan Turing")).to_be_focused()
    place, loaded = page.url, page.evaluate("performance.timeOrigin")

    record_panel(page).get_by_role("button", name="Undo Title").click()
    expect_message(page, "Undone on 1 contact.")
    expect(record_panel(page).get_by_role("heading", name="History")).to_be_focused()
    expect(row_of(page, "Alan Turing")).to_contain_text("Mathematician")
    expect(row_of(page, "Alan Turing")).to_contain_text("Hut 8")
    record_panel(page).get_by_role("button", name="Undo all").last.click()
    expect(row_of(page, "Alan Turing")).to_contain_text("Bletchley Park")
    assert (page.url, page.evaluate("performance.timeOrigin")) == (place, loaded)


def test_a_deleted_contact_waits_in_the_trash_and_comes_back_whole(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    grace = contacts["Grace"]
    page = visit(manager)
    page.goto(f"/contacts/{grace.pk}/")
    page.get_by_role("link", name="Delete this contact").click()
    page.get_by_label("Why?").fill("Asked us to")
    page.get_by_role("button", name="Delete contact").click()
    expect_message(page, "Grace Hopper is in the trash")
    expect(row_of(page, "Alan Turing")).to_be_visible()
    expect(row_of(page, "Grace Hopper")).to_have_count(0)
    expect(page.locator("#count")).to_have_text("2")

    page.get_by_role("link", name="Trash").click()
    page.get_by_role("link", name="What was deleted").click()
    expect(page.get_by_text("Asked us to")).to_be_visible()
    page.go_back()
    page.get_by_role("checkbox", name="Select Grace Hopper").check()
    page.get_by_role("button", name="Restore selected").click()
    expect_message(page, "1 contact restored.")
    expect(page.get_by_role("heading", name="The trash is empty")).to_be_visible()

    page.goto(f"/contacts/{grace.pk}/")
    expect(page.locator("#notes").get_by_text("Found the first bug.")).to_be_visible()
    before, after = vars(grace), vars(Contact.objects.get(pk=grace.pk))
    unnoticed = {"_state", "version", "updated_at"}
    assert {name: after[name] for name in after.keys() - unnoticed} == {
        name: before[name] for name in before.keys() - unnoticed
    }


def test_the_trash_asks_which_contacts_and_enter_ticks_one(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    delete_contacts([contacts["Grace"].pk, contacts["Alan"].pk], access=Access.of(manager))
    page = visit(manager)
    page.goto("/contacts/trash/")
    page.get_by_role("button", name="Restore selected").click()
    expect_message(page, "Tick the contacts to restore first.")

    box = page.get_by_role("checkbox", name="Select Alan Turing")
    box.press("Enter")
    expect(box).to_be_checked()
    box.press("Enter")
    expect(box).not_to_be_checked()
    page.get_by_role("checkbox", name="Select all").press("Enter")
    expect(box).to_be_checked()
    page.get_by_role("button", name="Restore selected").click()
    expect_message(page, "2 contacts restored.")


def test_an_operation_is_undone_from_the_activity_and_names_what_it_was(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto("/contacts/")
    page.keyboard.press("g")
    page.keyboard.press("a")
    row = page.get_by_role("row").filter(has_text="Sorted into industries")
    row.get_by_role("link").click()
    expect(page.get_by_role("link", name="Grace Hopper")).to_be_visible()
    page.get_by_role("button", name="Undo this operation").click()
    expect_message(page, "Undone on 1 contact.")
    expect(page.get_by_text("This took back")).to_be_visible()
    assert Contact.objects.get(pk=contacts["Grace"].pk).industry_id is None

    page.get_by_role("link", name="Activity").first.click()
    expect(page.get_by_role("row").filter(has_text="Sorted into industries")).to_contain_text("undone")


def test_an_operation_on_many_is_undone_in_the_background_while_one_watches(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_views, "AT_ONCE", 0)
    page = visit(manager)
    page.goto("/contacts/operations/")
    page.get_by_role("row").filter(has_text="Sorted into industries").get_by_role("link").click()
    expect(page.get_by_text("you can watch it, stop it")).to_be_visible()
    page.get_by_role("button", name="Undo this operation").click()
    expect(page.get_by_role("heading", name="Undo what was done to 1 contact")).to_be_visible()
    expect(page.get_by_role("button", name="Stop here")).to_be_visible()
    do_jobs()
    expect_message(page, "Undone on 1 contact.")
    page.get_by_role("link", name="See what was changed").click()
    expect(page.get_by_text("This took back")).to_be_visible()
    assert Contact.objects.get(pk=contacts["Grace"].pk).industry_id is None


def test_a_message_offers_to_take_back_what_it_tells_of(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    alan = contacts["Alan"]
    page = visit(manager)
    page.goto(f"/contacts/{alan.pk}/edit/")
    page.get_by_label("Title").fill("Codebreaker")
    page.get_by_role("button", name="Save changes").click()
    expect_message(page, "Saved.")
    heading = page.get_by_role("heading", name="Alan Turing", level=1)
    expect(heading).to_be_focused()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect_message(page, "Undone on 1 contact.")
    expect(heading).to_be_focused()
    alan.refresh_from_db()
    assert alan.title == "Mathematician"

    page.goto(f"/contacts/{alan.pk}/edit/")
    page.get_by_role("button", name="Save changes").click()
    expect_message(page, "Nothing was changed.")
    expect(page.get_by_role("status").get_by_role("button", name="Undo")).to_have_count(0)

    page.goto(f"/contacts/{alan.pk}/delete/")
    page.get_by_role("button", name="Delete contact").click()
    expect_message(page, "Alan Turing is in the trash.")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect_message(page, "Undone on 1 contact.")
    link = row_of(page, "Alan Turing").get_by_role("link", name="Alan Turing", exact=True)
    expect(link).to_be_focused()
    page.get_by_role("button", name="Dismiss").press("Enter")  # at once: the message goes by itself
    expect(page).to_have_url("/contacts/")
    expect(link).to_be_focused()


def test_undoing_how_a_contact_came_says_that_it_deletes_it(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    page.goto(f"/contacts/{contacts['Hedy'].pk}/")
    page.get_by_role("button", name="Undo and delete this contact").click()
    expect_message(page, "Undone on 1 contact.")
    assert not Contact.objects.filter(pk=contacts["Hedy"].pk).exists()


def test_the_activity_says_whom_it_was_about(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    delete_contacts([contacts["Hedy"].pk], access=Access.of(manager))
    page = visit(manager)
    page.goto("/contacts/operations/")
    expect(page.get_by_role("link", name="Created: Alan Turing")).to_be_visible()
    expect(page.get_by_role("link", name="Created: Hedy Lamarr")).to_be_visible()
    page.get_by_role("link", name="Deleted: Hedy Lamarr").click()
    expect(page.get_by_role("button", name="Undo this operation")).to_be_visible()
