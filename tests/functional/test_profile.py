"""A person's own account, as they use it: preferences, mails, another address, what happened."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.jobs_done import do_jobs

PASSWORD = "correct horse battery staple"


@pytest.fixture
def person(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


@pytest.fixture
def kept_mails(settings: Any, tmp_path: Path) -> None:
    settings.APP_DATA_DIR = tmp_path
    settings.MAILERS = {"default": {"BACKEND": "apps.core.kept_mails.backend.KeepingBackend"}}


def sign_in(page: Page, email: str, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def open_newest_mail(page: Page, subject: str) -> None:
    page.goto("/dev/mail/")
    page.get_by_role("link", name=subject).first.click()
    expect(page.get_by_role("heading", name=subject, level=1)).to_be_visible()


def test_a_forgotten_password_is_replaced_by_way_of_the_kept_mail(
    visit: Visit, person: AdminUser, kept_mails: None
) -> None:
    page = visit()
    page.goto("/dev/mail/")
    expect(page.get_by_text("No mail yet.")).to_be_visible()
    page.goto("/password-reset/")
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    do_jobs()

    open_newest_mail(page, "Choose a new password")
    look_everywhere(page)
    page.frame_locator("iframe").get_by_role("link", name="Choose a new password").click()
    expect(page).to_have_url(f"/password-reset/key/{_uid(person)}-set-password/")
    page.get_by_label("New password").fill("a whole new horse battery")
    page.get_by_label("The same once more").fill("a whole new horse battery")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()
    page.goto("/contacts/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, person.email, "a whole new horse battery")
    expect(page.get_by_role("heading", name="Contacts", level=1)).to_be_visible()


def _uid(person: AdminUser) -> str:
    from allauth.account.utils import user_pk_to_url_str

    return user_pk_to_url_str(person)


def test_an_address_is_changed_by_a_link_to_the_new_one(
    visit: Visit, person: AdminUser, kept_mails: None
) -> None:
    page, elsewhere = visit(), visit(person)
    sign_in(page, person.email, PASSWORD)
    page.get_by_role("button", name="Max Manager").click()
    page.get_by_role("link", name="Your account").click()
    page.get_by_role("link", name="Change your e-mail address").click()
    page.get_by_label("New e-mail address").fill("Max.New@staff.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    look_everywhere(page)
    do_jobs()

    open_newest_mail(page, "Confirm your new e-mail address")
    page.get_by_label("The mail as plain text").get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Is this your new address?")).to_be_visible()
    look_everywhere(page)
    link = page.url
    page.get_by_role("button", name="Yes, use this address").click()
    expect(page.get_by_text("Your e-mail address is max.new@staff.example now.")).to_be_visible()
    do_jobs()
    open_newest_mail(page, "Your e-mail address was changed")
    expect(page.get_by_text("To max@staff.example")).to_be_visible()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    look_everywhere(page)

    elsewhere.goto("/contacts/")
    expect(elsewhere.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(elsewhere, "max.new@staff.example", PASSWORD)
    expect(elsewhere.get_by_role("heading", name="Contacts", level=1)).to_be_visible()


def test_preferences_hold_in_another_browser(visit: Visit, person: AdminUser) -> None:
    here, there = visit(person), visit(person)
    here.goto("/profile/")
    here.get_by_label("Time zone").fill("Kolkata")
    here.get_by_label("Start page").select_option("Activity")
    here.get_by_label("Theme").select_option("Dark")
    here.get_by_label("Rows of tables").select_option("Compact rows")
    here.get_by_role("button", name="Save").click()
    expect(here.get_by_text("Saved.")).to_be_visible()
    expect(here.get_by_label("Time zone")).to_have_value("Asia/Kolkata")

    there.goto("/")
    expect(there.get_by_role("heading", name="Activity", level=1)).to_be_visible()
    expect(there.locator("html")).to_have_attribute("data-theme", "dark")
    expect(there.locator("html")).to_have_attribute("data-density", "compact")
    there.get_by_role("button", name="Max Manager").click()
    with there.expect_response("**/profile/appearance/"):
        there.get_by_role("radio", name="Light").check()
    here.reload()
    expect(here.locator("html")).to_have_attribute("data-theme", "light")
    expect(here.get_by_label("Theme")).to_have_value("light")


def test_the_switches_of_the_menu_work_without_script(visit: Visit, person: AdminUser) -> None:
    page = visit(person, java_script_enabled=False)
    page.goto("/industries/")
    page.get_by_role("button", name="Max Manager").click()
    page.get_by_role("radio", name="Dark").check()
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url("/industries/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_what_happened_to_the_account_is_there_to_read(visit: Visit, person: AdminUser) -> None:
    page = visit()
    sign_in(page, person.email, "not this one")
    sign_in(page, person.email, PASSWORD)
    for number in range(60):
        record_event(Kind.SIGNED_OUT, actor_id=person.pk, subject_id=person.pk, details={"n": number})
    page.goto("/profile/sign-ins/")
    expect(page.get_by_role("row")).to_have_count(51)
    look_everywhere(page)
    page.get_by_role("link", name="Older").click()
    expect(page.get_by_role("rowheader", name="Sign-in failed Was it you?")).to_be_visible()
    expect(page.get_by_role("cell", name="Headless Chrome on Linux").first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/profile/", "Your account"),
        ("/profile/email/", "Your account"),
        ("/profile/sign-ins/", "Your account"),
    ],
)
def test_the_pages_of_the_account_hold_for_everybody(
    visit: Visit, person: AdminUser, path: str, words: str
) -> None:
    page = visit(person)
    page.goto(path)
    expect(page.get_by_role("heading", name=words, level=1)).to_be_visible()
    look_everywhere(page)
