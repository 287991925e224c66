"""A real Chromium against the whole product: live server, real PostgreSQL, real sign-ins.

Every page that any test opens is watched (see watch.py); a fault fails the test that opened it.
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from apps.accounts.models import AdminUser
from scripts.chromium import ensure_chromium
from tests.functional.visitor import PATIENCE_MS, Visitor

# Nothing of the browser's own may reach the network; root may not use Chromium's sandbox.
_ARGUMENTS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
type Visit = Callable[..., Page]
# A new context costs the browser a second of work: those of earlier tests are used again, emptied.
type Spares = defaultdict[str, list[Visitor]]


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


@pytest.fixture(scope="session")
def spares() -> Spares:
    return defaultdict(list)


@pytest.fixture
def visit(browser: Browser, live_server: Any, spares: Spares) -> Iterator[Visit]:
    """Opens a browser of its own for somebody, signed in or (None) a stranger; gives its empty page.

    A test that provokes a server error says so by `expected_statuses`, one that leads elsewhere by `other_hosts`; other
    keywords are Playwright's options of a context: viewport, java_script_enabled, bypass_csp …
    """
    used: list[tuple[str, Visitor]] = []

    def visited(
        person: AdminUser | None = None,
        expected_statuses: Iterable[int] = (),
        other_hosts: Iterable[str] = (),
        **options: Any,
    ) -> Page:
        key = json.dumps(options, sort_keys=True)
        visitor = spares[key].pop() if spares[key] else Visitor.come(browser, live_server.url, options)
        used.append((key, visitor))
        visitor.watch.expected_statuses.update(expected_statuses)
        visitor.watch.other_hosts.update(other_hosts)
        if person is not None:
            visitor.sign_in(person)
        return visitor.context.new_page()

    yield visited
    faults = [fault for _, visitor in used for fault in visitor.watch.faults]
    for key, visitor in used:
        visitor.forget()
        spares[key].append(visitor)
    assert not faults, "\n".join(faults)
