"""The product in other languages and from right to left, as a browser lays it out."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from apps.accounts.models import AdminUser
from apps.contacts.models import Contact
from tests.functional.conftest import Visit
from tests.functional.looks import look_everywhere
from tests.functional.visitor import DESKTOP, PHONE

PAGES = (
    "/contacts/",
    "/contacts/new/",
    "/dashboard/",
    "/contacts/operations/",
    "/contacts/trash/",
    "/contacts/views/",
    "/profile/",
    "/profile/security/",
    "/users/",
    "/ops/jobs/",
)


@pytest.fixture
def contacts(make_contact: Callable[..., Contact]) -> None:
    for number in range(3):
        make_contact(
            first_name="Ana", last_name=f"Number {number}", company="Acme", stage="Hot", employees=12_000
        )


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_person_chooses_their_language_and_reads_it_everywhere(
    visit: Visit, manager: AdminUser, contacts: None
) -> None:
    page = visit(manager)
    page.goto("/profile/")
    page.get_by_label("Language").select_option(label="Español")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Guardado.")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.get_by_role("navigation", name="Principal").get_by_role("link", name="Contactos").click()
    expect(page.get_by_role("columnheader", name="Empresa")).to_be_visible()
    expect(page.locator("time[data-ago]").first).to_have_text("ahora mismo")


def test_a_stranger_signs_in_in_the_language_of_the_browser(visit: Visit) -> None:
    page = visit(locale="hi-IN")
    page.goto("/login/")
    expect(page.get_by_role("heading", name="साइन इन करें")).to_be_visible()
    look_everywhere(page)


@pytest.mark.parametrize("language", ["es", "hi"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_longer_words_fit(
    visit: Visit, admin: AdminUser, contacts: None, language: str, viewport: ViewportSize
) -> None:
    AdminUser.objects.filter(pk=admin.pk).update(language=language)
    page = visit(admin, viewport=viewport)
    for path in PAGES:
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert overflow(page) <= 0, path


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_from_right_to_left_everything_is_on_the_other_side(
    visit: Visit, admin: AdminUser, contacts: None, settings: Any, viewport: ViewportSize
) -> None:
    settings.LANGUAGES = [*settings.LANGUAGES, ("ar", "Arabic")]  # no translation of ours, but a direction
    page = visit(admin, viewport=viewport, locale="ar")
    for path in PAGES:
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        assert overflow(page) <= 0, path
        nav = page.locator("nav.nav").bounding_box()
        assert nav is not None
        assert nav["x"] + nav["width"] == viewport["width"], path
    if viewport == DESKTOP:
        page.goto("/contacts/")
        filters, table = page.locator("#filters").bounding_box(), page.locator("#results").bounding_box()
        assert filters
        assert table
        assert filters["x"] > table["x"]
