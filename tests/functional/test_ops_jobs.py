"""The page of jobs in a browser: it keeps up with the queue while somebody looks, and asks before it throws away."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from apps.accounts.models import AdminUser
from tests.functional.conftest import Visit
from tests.functional.operations import make_busy
from tests.functional.visitor import PHONE
from tests.workers import rows, status_of

A_LITTLE_LATER = 6_000
MUCH_LATER = 6 * 60_000


@pytest.fixture
def with_clock(visit: Visit, admin: AdminUser, request: pytest.FixtureRequest) -> Callable[..., Page]:
    """Opens the page under a clock of ours, in a browser that no other test gets: the clock stays in it."""

    def opened(**options: Any) -> Page:
        page = visit(admin, user_agent=request.node.name, **options)
        page.clock.install()
        page.goto("/ops/jobs/")
        return page

    return opened


@pytest.fixture
def page(with_clock: Callable[..., Page]) -> Page:
    page = with_clock()
    expect(page.get_by_text("Nothing has failed for good.")).to_be_visible()
    return page


def test_what_fails_appears_by_itself(page: Page, admin: AdminUser) -> None:
    make_busy(admin)
    page.clock.fast_forward(A_LITTLE_LATER)
    expect(page.get_by_role("table", name="Failed jobs")).to_be_visible()
    expect(page.get_by_role("table", name="Running jobs")).to_be_visible()
    make_busy(admin)
    page.clock.fast_forward(A_LITTLE_LATER)  # what was fetched is fetched again
    expect(page.get_by_role("button", name="Retry")).to_have_count(2)


def test_the_place_that_somebody_scrolled_to_stays(with_clock: Callable[..., Page], admin: AdminUser) -> None:
    make_busy(admin)
    page = with_clock(viewport=PHONE)
    page.evaluate("scrollTo(0, 300)")
    make_busy(admin)
    page.clock.fast_forward(A_LITTLE_LATER)
    expect(page.get_by_role("button", name="Retry")).to_have_count(2)
    assert page.evaluate("scrollY") == 300


def test_nothing_moves_while_a_button_has_focus_or_a_question_is_open(
    with_clock: Callable[..., Page], admin: AdminUser
) -> None:
    number = make_busy(admin)["failed"]
    page = with_clock()
    page.get_by_role("button", name=f"Drop job {number}").click()
    rows("DELETE FROM procrastinate_jobs RETURNING id")
    page.clock.fast_forward(A_LITTLE_LATER)
    expect(page.get_by_role("dialog", name=f"Drop job {number}?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name=f"Drop job {number}")).to_be_focused()
    page.clock.fast_forward(A_LITTLE_LATER)
    expect(page.get_by_role("button", name=f"Drop job {number}")).to_be_focused()
    page.get_by_role("heading", name="Operations").click()
    page.clock.fast_forward(A_LITTLE_LATER)
    expect(page.get_by_text("Nothing has failed for good.")).to_be_visible()


def test_a_page_that_nobody_uses_any_more_asks_for_nothing_and_lets_the_session_end(
    page: Page, admin: AdminUser
) -> None:
    page.clock.fast_forward(MUCH_LATER)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward(A_LITTLE_LATER)
    page.clock.run_for(A_LITTLE_LATER)
    assert asked == []
    make_busy(admin)
    page.mouse.move(300, 300)
    page.clock.fast_forward(A_LITTLE_LATER)
    expect(page.get_by_role("table", name="Failed jobs")).to_be_visible()


@pytest.mark.parametrize("has_script", [True, False], ids=["with script", "without"])
def test_what_cannot_be_taken_back_asks_first(visit: Visit, admin: AdminUser, has_script: bool) -> None:
    numbers = make_busy(admin)
    page = visit(admin, java_script_enabled=has_script)
    page.goto("/ops/jobs/")
    page.get_by_role("button", name=f"Drop job {numbers['failed']}").press("Enter")
    page.get_by_role("button", name="Keep it").press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert status_of(numbers["failed"]) == "failed"

    page.get_by_role("button", name=f"Drop job {numbers['failed']}").press("Enter")
    page.get_by_role("button", name="Drop it").press("Enter")
    expect(page.get_by_text(f"Job {numbers['failed']} was dropped.")).to_be_visible()
    page.get_by_role("button", name=f"Take back job {numbers['waiting']}").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text(f"Job {numbers['waiting']} was taken back.")).to_be_visible()
    assert status_of(numbers["waiting"]) == "cancelled"
