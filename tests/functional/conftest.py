"""A real Chromium against the whole product: live server, real PostgreSQL, real sign-ins.

Every page that any test opens is watched (see watch.py); a fault fails the test that opened it.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from apps.accounts.models import AdminUser
from scripts.chromium import ensure_chromium
from tests.functional.watch import Watch

DESKTOP, TABLET, PHONE = (
    {"width": 1440, "height": 900},
    {"width": 1024, "height": 768},
    {"width": 390, "height": 844},
)
# Nothing of the browser's own may reach the network; root may not use Chromium's sandbox.
_ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
PATIENCE_MS = 10_000

type Visit = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/functional" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's event loop stays open in this thread, and Django takes it for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure_chromium(), args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def watches() -> list[Watch]:
    return []


@pytest.fixture
def visit(browser: Browser, live_server: Any, watches: list[Watch]) -> Iterator[Visit]:
    """Opens a browser of its own for somebody, signed in or (None) a stranger; gives its empty page.

    Keywords are Playwright's options of a context: viewport, color_scheme, java_script_enabled, bypass_csp …
    """
    contexts: list[BrowserContext] = []

    def visited(person: AdminUser | None = None, **options: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
            **{"viewport": DESKTOP, **options},
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        watches.append(Watch(context, urlsplit(live_server.url).netloc))
        if person is not None:
            sign_in(context, person, live_server.url)
        return context.new_page()

    yield visited
    for context in contexts:
        context.close()
    faults = [fault for watch in watches for fault in watch.faults]
    assert not faults, "\n".join(faults)


def sign_in(context: BrowserContext, person: AdminUser, url: str) -> None:
    """The cookie of a session, without the form: that is tested by itself."""
    client = Client()
    client.force_login(person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
