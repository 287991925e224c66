"""What a person does from the first mail to the last click, in one piece and in a real browser."""

import re
import time

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from playwright.sync_api import Locator, Page, expect

from apps.accounts.models import AdminUser, RolePolicy
from tests.functional.conftest import Visit
from tests.functional.list_page import record_panel, row_of, rows
from tests.functional.population import crowd
from tests.functional.test_sign_in import PASSWORD, fill_in
from tests.jobs_done import do_jobs


def code(secret: str, *, later: int = 0) -> str:
    """What an authenticator app shows; `later`: so many half minutes from now."""
    return totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30 + later))


def link_in_mail_to(email: str) -> str:
    """The one link into the product that the last mail to this address is about."""
    (body,) = [str(each.body) for each in mail.outbox if each.to == [email]][-1:]
    found = re.search(r"https?://[^/\s]+(/(?:invitation|password-reset/key)/\S+/)", body)
    assert found, body
    return found[1]


def sign_out(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def choose_password(page: Page, label: str, password: str) -> None:
    page.get_by_label(label, exact=True).fill(password)
    page.get_by_label("The same once more").fill(password)


def test_from_the_invitation_by_way_of_a_required_second_factor_to_the_first_sign_in(
    visit: Visit, admin: AdminUser
) -> None:
    RolePolicy.objects.update_or_create(role="manager", defaults={"requires_two_factor": True})
    theirs = visit(admin)
    theirs.goto("/users/")
    theirs.get_by_role("link", name="Invite a user").first.click()
    theirs.get_by_label("E-mail address").fill("ivy@staff.example")
    theirs.get_by_label("Role").select_option("manager")
    theirs.get_by_role("button", name="Send the invitation").click()
    expect(theirs.get_by_text("ivy@staff.example is invited: the mail is on its way.")).to_be_visible()
    do_jobs()

    page = visit()
    page.goto(link_in_mail_to("ivy@staff.example"))
    page.get_by_label("Your name").fill("Ivy Invited")
    choose_password(page, "Password", PASSWORD)
    page.get_by_role("button", name="Save and come in").click()

    expect(page.get_by_role("heading", name="Your role needs a second factor")).to_be_visible()
    page.goto("/contacts/")  # there is no way around it
    expect(page.get_by_role("heading", name="Your role needs a second factor")).to_be_visible()
    page.get_by_role("link", name="Use an authenticator app").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(code(secret))
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_role("list", name="Recovery codes").get_by_role("listitem")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    page.goto("/contacts/")
    expect(page.get_by_role("heading", name="Contacts", level=1)).to_be_visible()

    sign_out(page, "Ivy Invited")
    fill_in(page, "ivy@staff.example", PASSWORD)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_label("Code", exact=True).fill(code(secret, later=1))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("button", name="Ivy Invited")).to_be_visible()

    theirs.reload()
    expect(theirs.get_by_text("Active", exact=True)).to_be_visible()


def test_a_forgotten_password_is_replaced_by_way_of_the_mail(visit: Visit, user: AdminUser) -> None:
    user.set_password(PASSWORD)
    user.save()
    page = visit()
    page.goto("/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    do_jobs()

    page.goto(link_in_mail_to(user.email))
    choose_password(page, "New password", "a whole new horse battery")
    page.get_by_role("button", name="Save the password").click()
    page.get_by_role("link", name="Sign in").click()
    fill_in(page, user.email, PASSWORD)
    expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is not correct.")
    fill_in(page, user.email, "a whole new horse battery")
    expect(page.get_by_role("button", name=user.display_name)).to_be_visible()


def test_a_column_that_an_admin_hides_is_gone_from_an_open_page_with_the_next_click(
    visit: Visit, admin: AdminUser, user: AdminUser
) -> None:
    crowd(120)
    open_page = visit(user)
    open_page.goto("/contacts/")
    head = open_page.get_by_role("columnheader", name="Company", exact=True)
    expect(head).to_be_visible()

    page = visit(admin)
    page.goto("/users/")
    page.get_by_role("link", name=user.display_name).click()
    page.get_by_role("link", name="Columns", exact=True).click()
    row = page.locator("[data-row]").filter(has_text=re.compile(r"^\s*Company\s*(was|Hidden)"))
    row.get_by_role("radio", name="Hidden").check()
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Save these rights").click()
    expect(page.get_by_text("Saved: 1 column changed.")).to_be_visible()

    open_page.get_by_role("link", name="Next").click()
    expect(head).to_have_count(0)
    expect(open_page.locator("#results")).not_to_contain_text("Company 3")
    expect(open_page.get_by_role("columnheader", name="Title")).to_be_visible()


def tab_to(page: Page, place: Locator) -> None:
    """The tab key, as often as it takes."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if place.evaluate("place => place === document.activeElement"):
            return
    pytest.fail(f"Sixty tabs do not lead to {place}")


def test_a_morning_by_keys_alone_and_focus_is_always_somewhere(visit: Visit, manager: AdminUser) -> None:
    manager.set_password(PASSWORD)
    manager.save()
    crowd(12)
    page = visit()
    keys, focused, said = page.keyboard, page.locator(":focus"), page.locator("#toasts")
    page.goto("/login/?next=/contacts/")
    tab_to(page, page.get_by_label("E-mail address"))
    keys.type(manager.email)
    tab_to(page, page.get_by_label("Password", exact=True))
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(rows(page)).to_have_count(12)
    page.wait_for_load_state()

    keys.press("f")
    expect(page.locator("#filters summary", has_text="Seniority")).to_be_focused()
    tab_to(page, page.locator("[name=seniority][value=VP]"))
    keys.press("Space")
    expect(rows(page)).to_have_count(4)
    expect(page.locator("[name=seniority][value=VP]")).to_be_focused()

    keys.press("j")
    keys.press("x")
    keys.press("Shift+J")
    keys.press("Shift+J")
    expect(page.locator("b[data-selected]")).to_have_text("Selected: 3")
    keys.press("Control+k")
    keys.type("set stage")
    keys.press("Enter")
    dialog = page.get_by_role("dialog", name="Set Stage")
    expect(dialog.get_by_label("Stage")).to_be_focused()
    keys.type("Hot")
    keys.press("Enter")
    expect(page.get_by_role("button", name="Set Stage to Hot for 3 contacts")).to_be_focused()
    keys.press("Enter")
    expect(said).to_contain_text("Stage of 3 contacts: Hot.")
    page.wait_for_load_state()
    expect(focused).to_have_count(1)
    keys.press("Control+z")
    expect(said).to_contain_text("Undone on 3 contacts.")
    expect(focused).to_have_count(1)

    keys.press("j")
    keys.press("Enter")
    title = record_panel(page).get_by_role("heading", level=2)
    expect(title).to_be_focused()
    first = title.inner_text()
    keys.press("]")
    expect(title).not_to_have_text(first)
    expect(title).to_be_focused()
    keys.press("[")
    expect(title).to_have_text(first)
    expect(title).to_be_focused()
    keys.press("c")
    keys.type("Called back")
    with page.expect_response(re.compile(r"/contacts/\?")):  # of the list, which follows
        keys.press("Control+Enter")
    expect(page.locator("#results.htmx-request")).to_have_count(0)
    expect(record_panel(page).locator(".notes .note-text").first).to_have_text("Called back")
    expect(focused).to_have_attribute("id", "note-text")
    keys.press("Escape")
    expect(title).to_be_focused()

    keys.press("Escape")
    expect(row_of(page, first).locator("[data-open]")).to_be_focused()
    keys.press("ArrowRight")
    keys.press("F2")
    expect(row_of(page, first).locator("[data-cell-editor] input[name=title]")).to_be_focused()
    keys.type("Chief")
    keys.press("Enter")
    expect(said).to_contain_text(f"Title of {first}: Chief")
    expect(row_of(page, first).locator(".cell-title")).to_be_focused()
    keys.press("Control+z")
    expect(said).to_contain_text("Undone on 1 contact.")
    expect(row_of(page, first).locator(".cell-title")).not_to_have_text("Chief")
    expect(row_of(page, first).locator(".cell-title")).to_be_focused()

    keys.press("e")
    expect(page.get_by_role("heading", name=f"Edit {first}")).to_be_visible()
    page.wait_for_load_state()
    tab_to(page, page.get_by_label("Title"))
    keys.type("Captain")
    keys.press("Enter")
    expect(said).to_contain_text("Saved.")
    page.wait_for_load_state()
    expect(title).to_be_focused()
    keys.press("Escape")
    expect(row_of(page, first).locator("[data-open]")).to_be_focused()
