"""Where one is signed in, in a real browser: seeing it, ending it, and what ends by itself."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.functional.test_sign_in import PASSWORD, fill_in

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def manager_with_password(manager: AdminUser) -> AdminUser:
    manager.set_password(PASSWORD)
    manager.save()
    return manager


def leave_unused(page: Page, hours: int) -> None:
    """As if the browser had been left alone for so long."""
    cookies = {each["name"]: each["value"] for each in page.context.cookies()}
    session = SessionStore(cookies[settings.SESSION_COOKIE_NAME])
    session["seen_at"] = int(time.time()) - hours * 3600
    session.save()


def test_a_person_signs_out_a_browser_they_left_somewhere(visit: Visit, user: AdminUser) -> None:
    here, there = visit(user), visit(user)
    UserSession.objects.update(user_agent=FIREFOX)
    here.goto("/contacts/")
    here.get_by_role("button", name="Uma User").click()
    here.get_by_role("link", name="Your account").click()
    here.get_by_role("link", name="Sessions", exact=True).click()
    rows = here.get_by_role("row", name="Firefox on Linux")
    expect(rows).to_have_count(2)
    expect(here.get_by_text("This device")).to_have_count(1)
    look_everywhere(here)

    here.get_by_role("button", name="Sign out Firefox on Linux, 127.0.0.1").click()
    expect(here.get_by_text("Signed out there.")).to_be_visible()
    expect(rows).to_have_count(1)
    there.goto("/contacts/")
    expect(there.get_by_text("Your session has ended.")).to_be_visible()


def test_all_others_are_signed_out_without_script(visit: Visit, user: AdminUser) -> None:
    here = visit(user, java_script_enabled=False)
    others = [visit(user), visit(user)]
    here.goto("/profile/sessions/")
    here.get_by_role("button", name="Sign out everywhere else").click()
    expect(here.get_by_text("Signed out in 2 other places.")).to_be_visible()
    for page in others:
        page.goto("/contacts/")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_session_that_was_left_alone_says_so_and_leads_back(
    visit: Visit, manager_with_password: AdminUser
) -> None:
    page = visit(manager_with_password)
    page.goto("/industries/?q=soft")
    leave_unused(page, hours=9)
    page.reload()
    expect(page.get_by_text("You were signed out because you had not done anything here")).to_be_visible()
    look_everywhere(page)
    fill_in(page, "max@staff.example", PASSWORD)
    expect(page).to_have_url("/industries/?q=soft")


def test_the_theme_outlives_signing_out(visit: Visit, manager_with_password: AdminUser) -> None:
    page = visit(manager_with_password)
    page.goto("/contacts/")
    page.get_by_role("button", name="Max Manager").click()
    page.get_by_role("radio", name="Dark").check()
    chosen = page.evaluate("JSON.stringify({...localStorage})")
    assert "dark" in chosen
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("JSON.stringify({...localStorage})") == chosen
    assert not Session.objects.exists()


def test_an_admin_ends_the_sessions_of_somebody(visit: Visit, admin: AdminUser, manager: AdminUser) -> None:
    page, theirs = visit(admin), visit(manager)
    page.goto("/ops/")
    page.get_by_role("link", name="Sessions").click()
    expect(page.get_by_role("row", name="Max Manager")).to_contain_text("Manager")
    look_everywhere(page)
    page.get_by_role("button", name="Sign out Max Manager").click()
    expect(page.get_by_text("Sessions of Max Manager ended: 1.")).to_be_visible()
    theirs.goto("/contacts/")
    expect(theirs.get_by_role("heading", name="Sign in")).to_be_visible()
