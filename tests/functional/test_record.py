"""A record as somebody works in it all day: by mouse, by keys alone, on a phone, on paper."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from apps.accounts.access import Access
from apps.accounts.models import AdminUser
from apps.contacts.models import Contact, Note, Operation
from apps.contacts.notes.operations import add_note
from apps.contacts.operations import create_contact, edit_contact
from tests.functional import layout
from tests.functional.conftest import Visit
from tests.functional.list_page import record_panel, row_of
from tests.functional.population import settle
from tests.functional.visitor import PHONE, Visitor

COMPANYS = ("company_name_for_emails", "company_address", "company_city", "company_state", "company_country")


@pytest.fixture
def contacts(manager: AdminUser) -> dict[str, Contact]:
    """Grace, Hedy and Alan; Howard works where Grace does."""
    access = Access.of(manager)
    howard = {"first_name": "Howard", "last_name": "Aiken", "company": "NAVY YARD", "title": "Commander"}
    create_contact(access=access, values=howard)
    return settle(access)


@pytest.fixture
def page(visit: Visit, manager: AdminUser, contacts: dict[str, Contact]) -> Page:
    """The page of Grace Hopper."""
    page = visit(manager)
    page.goto(f"/contacts/{contacts['Grace'].pk}/")
    expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()
    return page


def says(page: Page, text: str) -> None:
    expect(page.get_by_role("status").filter(has_text=text)).to_be_visible()


def test_stage_tags_and_owner_are_changed_on_the_spot_and_taken_back(
    page: Page, contacts: dict[str, Contact]
) -> None:
    page.get_by_role("button", name="Cold", exact=True).click()
    says(page, "Saved.")
    chosen = page.get_by_role("button", name="Cold", exact=True)
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(chosen).to_be_focused()

    tag = page.get_by_role("combobox", name="Add a tag")
    tag.fill("Navy")
    tag.press("Enter")
    expect(page.get_by_role("button", name="Remove the tag Navy")).to_be_visible()
    expect(tag).to_be_focused()
    page.get_by_role("button", name="Remove the tag Speaker").click()
    expect(page.get_by_role("button", name="Remove the tag Speaker")).to_have_count(0)

    page.get_by_role("combobox", name="Owner").select_option(label="Max Manager")
    page.get_by_role("button", name="Set").click()
    expect(page.locator(".facts dt:text-is('Owner') + dd")).to_have_text("Max Manager")

    page.get_by_role("status").get_by_role("button", name="Undo").last.click()
    says(page, "Undone on 1 contact.")
    contacts["Grace"].refresh_from_db()
    assert (contacts["Grace"].owner, contacts["Grace"].stage) == (None, "Cold")
    assert contacts["Grace"].tags == ["Pioneer", "Navy"]


def test_who_calls_is_asked_whether_to_note_it_down(page: Page, contacts: dict[str, Contact]) -> None:
    page.evaluate(
        "addEventListener('click', (event) => event.target.closest('[href^=tel]') && event.preventDefault())"
    )
    page.get_by_role("link", name="Call").click()
    says(page, "Did you reach them?")
    page.get_by_role("button", name="Contacted today").click()
    says(page, "Saved.")
    contacts["Grace"].refresh_from_db()
    assert contacts["Grace"].last_contacted_at is not None
    assert timezone.now() - contacts["Grace"].last_contacted_at < timedelta(minutes=5)


def test_everything_by_keys_alone(page: Page, contacts: dict[str, Contact]) -> None:
    keys = page.keyboard
    keys.press("c")
    note = page.get_by_role("textbox", name="A note about Grace Hopper")
    expect(note).to_be_focused()
    keys.type("Likes **tea**")
    keys.press("Control+Enter")
    expect(page.locator("#notes strong")).to_have_text("tea")
    expect(note).to_be_focused()
    expect(note).to_have_value("")
    keys.press("Escape")

    keys.press("s")
    expect(page.get_by_role("button", name="Hot", exact=True)).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Warm", exact=True)).to_have_attribute("aria-pressed", "true")
    keys.press("t")
    keys.type("Navy")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Remove the tag Navy")).to_be_visible()
    keys.press("Escape")
    keys.press("o")
    expect(page.get_by_role("combobox", name="Owner")).to_be_focused()
    keys.press("Escape")
    keys.press("m")
    keys.press("Enter")
    expect(page.locator(".quick-when")).to_have_text("just now")
    keys.press("h")
    expect(page.get_by_role("heading", name="History", level=2)).to_be_focused()
    keys.press("]")
    expect(page.get_by_role("heading", name="Hedy Lamarr", level=1)).to_be_visible()
    page.wait_for_load_state()
    keys.press("[")
    expect(page.get_by_role("heading", name="Grace Hopper", level=1)).to_be_visible()


def test_where_it_stands_in_the_result_and_where_that_ends(page: Page, contacts: dict[str, Contact]) -> None:
    page.goto(f"/contacts/{contacts['Grace'].pk}/?seniority=C-Suite&seniority=Founder")
    expect(page.locator(".record-place")).to_have_text("1 of 2")
    expect(page.get_by_role("img", name="This is the first contact")).to_be_visible()
    page.get_by_role("link", name="Next contact").click()
    expect(page.locator(".record-place")).to_have_text("2 of 2")
    expect(page.get_by_role("img", name="This is the last contact")).to_be_visible()


def test_a_note_is_edited_and_its_versions_stay(page: Page) -> None:
    page.get_by_role("link", name="Edit this note").click()
    text = page.get_by_role("textbox", name="Your note")
    text.fill("Found the *first* bug.")
    page.wait_for_load_state()
    preview = page.get_by_role("button", name="Preview")
    preview.click()
    expect(page.locator("[data-previewed] em")).to_have_text("first")
    expect(preview).to_have_attribute("aria-pressed", "true")
    expect(text).to_be_hidden()
    preview.click()
    expect(text).to_be_focused()
    expect(page.locator("[data-previewed]")).to_be_hidden()
    page.get_by_role("button", name="Save note").click()
    expect(page).to_have_url(re.compile(r"/contacts/\d+/#notes$"))
    expect(page.locator("#notes em")).to_have_text("first")
    page.locator("#notes").get_by_role("link", name="edited").click()
    expect(page.get_by_role("heading", name=re.compile("How it read before"))).to_be_visible()
    expect(page.get_by_text("It was a moth.")).to_be_visible()


def test_a_note_is_deleted_and_comes_back(page: Page) -> None:
    notes = page.locator("#notes")
    notes.get_by_role("button", name="Delete this note").click()
    says(page, "Note deleted.")
    expect(notes.get_by_text("It was a moth.")).to_have_count(0)
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(notes.get_by_text("It was a moth.")).to_be_visible()


def test_what_was_typed_outlives_an_ended_session(
    visit: Visit, manager: AdminUser, page: Page, contacts: dict[str, Contact]
) -> None:
    note = page.get_by_role("textbox", name="A note about Grace Hopper")
    note.fill("A long thought")
    page.reload()
    expect(note).to_have_value("A long thought")
    page.goto(f"/contacts/{contacts['Hedy'].pk}/")
    expect(page.get_by_role("textbox", name="A note about Hedy Lamarr")).to_have_value("")

    page.goto(f"/contacts/{contacts['Grace'].pk}/")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_role("button", name="Add note").click()
    says(page, "This form is out of date.")
    expect(note).to_have_value("A long thought")
    page.reload()
    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert Note.objects.filter(text="A long thought").count() == 0
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what cookies() gave
    page.goto(f"/contacts/{contacts['Grace'].pk}/")
    expect(note).to_have_value("A long thought")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#notes").get_by_text("A long thought")).to_be_visible()
    expect(note).to_have_value("")
    page.reload()
    expect(note).to_have_value("")
    assert Note.objects.filter(text="A long thought").count() == 1


def test_what_was_typed_outlives_a_lost_connection(
    browser: Browser, live_server: Any, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    visitor = Visitor.come(
        browser, live_server.url, {}
    )  # not watched: a lost connection is a fault elsewhere
    visitor.sign_in(manager)
    page = visitor.context.new_page()
    page.goto(f"/contacts/{contacts['Grace'].pk}/")
    note = page.get_by_role("textbox", name="A note about Grace Hopper")
    note.fill("Typed in a tunnel")
    visitor.context.set_offline(True)
    page.get_by_role("button", name="Add note").click()
    says(page, "You are offline, so nothing was sent.")
    expect(note).to_have_value("Typed in a tunnel")
    visitor.context.set_offline(False)
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#notes").get_by_text("Typed in a tunnel")).to_be_visible()
    visitor.context.close()


def test_what_is_being_typed_stays_while_the_record_changes_around_it(page: Page) -> None:
    note = page.get_by_role("textbox", name="A note about Grace Hopper")
    note.fill("Half a thought")
    page.get_by_role("button", name="Cold", exact=True).click()
    says(page, "Saved.")
    expect(note).to_have_value("Half a thought")
    expect(page.get_by_text("What you had typed here was kept")).to_have_count(0)  # they know


def test_a_note_whose_answer_was_lost_is_not_written_twice(page: Page, contacts: dict[str, Contact]) -> None:
    note = page.get_by_role("textbox", name="A note about Grace Hopper")
    note.fill("Once is enough")
    key = page.locator("#notes input[name=key]").input_value()
    add_note(
        contacts["Grace"].pk, access=Access.of(AdminUser.objects.get()), text="Once is enough", key=UUID(key)
    )
    page.reload()
    expect(page.locator("#notes").get_by_text("Once is enough")).to_be_visible()
    expect(note).to_have_value("")


def test_groups_stay_folded_from_record_to_record(page: Page) -> None:
    person = page.locator("details[data-fold='Person']")
    person.locator("summary").click()
    expect(page.get_by_text("First name", exact=True)).to_be_hidden()
    page.get_by_role("link", name="Next contact").click()
    expect(page.get_by_role("heading", name="Hedy Lamarr", level=1)).to_be_visible()
    expect(person).not_to_have_attribute("open", "")
    person.locator("summary").click()
    page.reload()
    expect(page.get_by_text("First name", exact=True)).to_be_visible()


def test_the_company_leads_to_colleagues(page: Page) -> None:
    card = page.locator("#record-company")
    expect(card.get_by_role("link", name="1 colleague in the database")).to_be_visible()
    card.get_by_role("link", name=re.compile("Howard Aiken")).click()
    expect(page.get_by_role("heading", name="Howard Aiken", level=1)).to_be_visible()
    card.get_by_role("link", name="1 colleague in the database").click()
    expect(row_of(page, "Grace Hopper")).to_be_visible()


def test_the_history_is_filtered_in_place_and_goes_on(
    page: Page, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    for number in range(25):
        version = Contact.objects.get(pk=contacts["Grace"].pk).version
        values = {"title": f"Title {number}"}
        edit_contact(contacts["Grace"].pk, access=Access.of(manager), values=values, seen_version=version)
    page.reload()
    history = page.locator("#history")
    expect(history.get_by_text("Title 24")).to_be_visible()
    history.get_by_role("link", name="Notes 1").click()
    expect(history.get_by_text("Title 24")).to_have_count(0)
    expect(history.get_by_text("It was a moth.")).to_be_visible()
    expect(history.get_by_role("link", name="Notes 1")).to_be_focused()
    history.get_by_role("link", name=re.compile("^All")).click()
    page.reload()
    history.get_by_role("link", name="Older").click()
    expect(history.get_by_text("Created", exact=True)).to_be_visible()
    expect(page).to_have_url(f"/contacts/{contacts['Grace'].pk}/")


def test_the_record_as_it_was_on_a_day(page: Page, manager: AdminUser, contacts: dict[str, Contact]) -> None:
    long_ago = timezone.now() - timedelta(days=10)
    Operation.objects.update(created_at=long_ago)
    grace = contacts["Grace"]
    edit_contact(grace.pk, access=Access.of(manager), values={"city": "Oslo"}, seen_version=grace.version)
    page.get_by_role("button", name="As it was…").click()
    page.get_by_label("At the end of").fill((timezone.localdate() - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("1 field was different from today.")).to_be_visible()
    expect(page.locator("dt:text-is('City') + dd")).to_contain_text("Arlington")
    expect(page.locator("dt:text-is('City') + dd")).to_contain_text("Today: Oslo")
    expect(page.get_by_role("textbox", name="A note about Grace Hopper")).to_have_count(0)
    page.get_by_role("link", name="Day of the next change").click()
    expect(page.get_by_text("Everything was as it is today.")).to_be_visible()
    page.get_by_role("link", name="As it is today").click()
    expect(page.get_by_role("textbox", name="A note about Grace Hopper")).to_be_visible()


def test_the_panel_does_the_same_and_the_list_follows(page: Page) -> None:
    page.goto("/contacts/?sort=last_name")
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    panel = record_panel(page)
    expect(panel.locator(".record-place")).to_have_text("2 of 4")
    page.keyboard.press("]")
    expect(panel.get_by_role("heading", name="Hedy Lamarr")).to_be_focused()
    page.keyboard.press("[")
    expect(panel.get_by_role("heading", name="Grace Hopper")).to_be_focused()
    expect(panel.get_by_role("link", name="1 colleague in the database")).to_be_visible()
    panel.get_by_role("button", name="Cold", exact=True).click()
    says(page, "Saved.")
    expect(panel.get_by_role("button", name="Cold", exact=True)).to_be_focused()
    expect(row_of(page, "Grace Hopper").locator(".cell-stage")).to_have_text("Cold")
    page.keyboard.press("c")
    expect(panel.get_by_role("textbox", name="A note about Grace Hopper")).to_be_focused()


def test_the_panel_follows_what_is_changed_beside_it(page: Page) -> None:
    page.goto("/contacts/")
    page.get_by_role("link", name="Grace Hopper", exact=True).click()
    panel = record_panel(page)
    panel.get_by_role("textbox", name="A note about Grace Hopper").fill("Half a thought")
    panel.get_by_role("button", name="Cold", exact=True).click()
    says(page, "Saved.")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    says(page, "Undone on 1 contact.")
    hot = panel.get_by_role("button", name="Hot", exact=True)
    expect(hot).to_have_attribute("aria-pressed", "true")

    row_of(page, "Grace Hopper").locator(".cell-stage").dblclick()
    stage = page.locator("[data-cell-editor] input[name=stage]")
    stage.fill("Warm")
    stage.press("Enter")
    warm = panel.get_by_role("button", name="Warm", exact=True)
    expect(warm).to_have_attribute("aria-pressed", "true")
    hot.click()
    expect(hot).to_have_attribute("aria-pressed", "true")
    expect(panel.get_by_role("textbox", name="A note about Grace Hopper")).to_have_value("Half a thought")


def test_without_script_each_is_a_plain_form(
    visit: Visit, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    page = visit(manager, java_script_enabled=False)
    page.goto(f"/contacts/{contacts['Grace'].pk}/?seniority=C-Suite")
    page.get_by_role("button", name="Cold", exact=True).click()
    expect(page).to_have_url(f"/contacts/{contacts['Grace'].pk}/?seniority=C-Suite")
    expect(page.get_by_role("button", name="Cold", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="Changes").click()
    expect(page.get_by_role("heading", name="History of Grace Hopper")).to_be_visible()
    page.goto(f"/contacts/{contacts['Grace'].pk}/")
    page.get_by_role("link", name="Everybody at this company").click()
    expect(row_of(page, "Howard Aiken")).to_be_visible()


def test_on_a_phone_it_fits_and_works(visit: Visit, manager: AdminUser, contacts: dict[str, Contact]) -> None:
    page = visit(manager, viewport=PHONE, has_touch=True, is_mobile=True)
    grace = f"/contacts/{contacts['Grace'].pk}/"
    note = Note.objects.get()
    for path in (
        grace,
        f"{grace}history/",
        f"{grace}?as_of={timezone.localdate()}",
        f"{grace}notes/{note.pk}/",
    ):
        page.goto(path)
        assert layout.overflow(page) + layout.small_targets(page) == []
    page.goto(grace)
    expect(page.get_by_role("link", name="1 colleague in the database")).to_be_visible()
    page.get_by_role("button", name="Cold", exact=True).tap()
    expect(page.get_by_role("button", name="Cold", exact=True)).to_have_attribute("aria-pressed", "true")
    assert layout.overflow(page) + layout.small_targets(page) == []


def test_on_paper_there_are_facts_and_notes_and_nothing_to_press(page: Page) -> None:
    page.locator("details[data-fold='Person'] summary").click()
    expect(page.get_by_role("link", name="1 colleague in the database")).to_be_visible()
    page.emulate_media(media="print")
    for text in ("Grace Hopper", "First name", "It was a moth.", "Howard Aiken"):
        expect(page.get_by_text(text).first).to_be_visible()
    for selector in ("textarea", ".quick", "#history", ".nav", ".note-acts"):
        expect(page.locator(selector).first).to_be_hidden()
    assert [b for b in page.get_by_role("button").all() if b.is_visible()] == []


def test_an_ordinary_record_prints_on_one_sheet(
    page: Page, manager: AdminUser, contacts: dict[str, Contact]
) -> None:
    grace = contacts["Grace"]
    phones = dict.fromkeys(("mobile_phone", "corporate_phone", "company_phone"), "+1 202 555 0143")
    values = {**dict.fromkeys(COMPANYS, "A line of ordinary words"), **phones, "total_funding": 2_500_000}
    edit_contact(grace.pk, access=Access.of(manager), values=values, seen_version=grace.version)
    page.reload()
    expect(page.get_by_role("link", name="1 colleague in the database")).to_be_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
