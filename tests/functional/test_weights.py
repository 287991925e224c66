"""What the list of contacts weighs on a slow line, compressed as the server sends it."""

import gzip
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page

from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.list_page import rows
from tests.functional.population import crowd

FILES = """() => performance.getEntriesByType("resource").map((each) => each.name)"""


@pytest.fixture
def page(visit: Visit, manager: AdminUser) -> Page:
    crowd(120)
    page = visit(manager)
    page.goto("/contacts/", wait_until="networkidle")
    assert rows(page).count() == 50
    return page


def compressed(page: Page, address: str) -> int:
    answer = page.request.get(urljoin(page.url, address))
    assert answer.ok
    return len(gzip.compress(answer.body()))


def test_a_list_of_fifty_is_at_most_sixty_kilobytes(page: Page) -> None:
    sent = page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize")
    assert 5_000 < sent <= 60_000


def test_its_styles_and_scripts_are_at_most_a_hundred_and_twenty_kilobytes(page: Page) -> None:
    files = [name for name in page.evaluate(FILES) if name.endswith((".css", ".js"))]
    assert len(files) > 10
    assert sum(compressed(page, name) for name in files) <= 120_000
