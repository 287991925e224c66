"""Nothing typed is lost: the session ends, the network goes, the page is loaded again."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from apps.contacts.operations import edit_contact
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.functional.population import settle
from tests.functional.test_sign_in import PASSWORD, fill_in

NOTHING_KEPT = "Object.keys(sessionStorage).every((key) => !key.startsWith('draft:'))"
KEPT = "What you had typed here was kept; it is not saved yet."


def assert_nothing_kept(page: Page) -> None:
    # Modules have run then; what polls inside the page would need eval, which the CSP forbids.
    page.wait_for_load_state()
    assert page.evaluate(NOTHING_KEPT)


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    return settle(Access.of(manager))


def open_form(page: Page, contact: Contact) -> None:
    page.goto(f"/contacts/{contact.pk}/edit/")
    expect(page.get_by_role("button", name="Save changes")).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save changes").click()


def test_a_session_that_ends_while_typing_costs_a_sign_in_and_nothing_else(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    manager.set_password(PASSWORD)
    manager.save()
    page = visit(manager)
    open_form(page, contacts["Grace"])
    page.get_by_label("Title").fill("Commodore")
    page.get_by_label("Do not contact").select_option("Yes")
    Session.objects.all().delete()
    save(page)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    fill_in(page, manager.email, "a wrong password")
    expect(page.get_by_role("alert")).to_be_visible()
    fill_in(page, manager.email, PASSWORD)
    expect(page.get_by_role("status").filter(has_text=KEPT)).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Commodore")
    expect(page.get_by_label("Do not contact").locator("option:checked")).to_have_text("Yes")
    look_everywhere(page)
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    saved = Contact.objects.get(pk=contacts["Grace"].pk)
    assert (saved.title, saved.do_not_contact) == ("Commodore", True)
    open_form(page, contacts["Grace"])
    expect(page.get_by_text(KEPT)).to_be_hidden()


def test_without_a_network_nothing_is_sent_and_nothing_lost(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    open_form(page, contacts["Grace"])
    page.get_by_label("Website").fill("https://fleet.example")
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline. You see what was loaded before")).to_be_visible()
    look_everywhere(page)
    save(page)
    expect(
        page.get_by_role("status").filter(has_text="You are offline, so nothing was sent.")
    ).to_be_visible()
    expect(page.get_by_label("Website")).to_have_value("https://fleet.example")
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline. You see what was loaded before")).to_be_hidden()
    save(page)
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def test_a_reload_keeps_what_was_typed_until_it_is_discarded(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    open_form(page, contacts["Grace"])
    page.get_by_label("Title").fill("Commodore")
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("Commodore")
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_label("Title")).to_have_value(contacts["Grace"].title)
    page.reload()
    expect(page.get_by_label("Title")).to_have_value(contacts["Grace"].title)

    page.get_by_label("Title").fill("Commodore")
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()
    open_form(page, contacts["Grace"])
    expect(page.get_by_label("Title")).to_have_value(contacts["Grace"].title)


def test_a_draft_put_back_overwrites_nobody(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    open_form(page, contacts["Grace"])
    page.get_by_label("Title").fill("Commodore")
    grace = Contact.objects.get(pk=contacts["Grace"].pk)
    edit_contact(grace.pk, access=Access.of(manager), values={"title": "Admiral"}, seen_version=grace.version)
    page.reload()
    expect(page.get_by_text(KEPT)).to_be_visible()
    save(page)
    expect(page.get_by_role("heading", name="Somebody else")).to_be_visible()
    assert Contact.objects.get(pk=grace.pk).title == "Admiral"


def test_what_somebody_typed_is_nothing_to_the_next_person_at_the_browser(
    visit: Visit, manager: AdminUser, user: AdminUser, contacts: dict[str, Contact]
) -> None:
    for person in (manager, user):
        person.set_password(PASSWORD)
        person.save()
    page = visit(manager)
    open_form(page, contacts["Grace"])
    page.get_by_label("Title").fill("Commodore")
    Session.objects.all().delete()
    save(page)
    fill_in(page, user.email, PASSWORD)
    expect(page.get_by_label("Title")).to_have_value(contacts["Grace"].title)
    assert_nothing_kept(page)


def test_signing_out_leaves_nothing_behind(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager)
    open_form(page, contacts["Grace"])
    page.get_by_label("Title").fill("Commodore")
    page.get_by_role("button", name="Max Manager").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert_nothing_kept(page)
