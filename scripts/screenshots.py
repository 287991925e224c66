"""`make screenshots`: every state of every page into var/screenshots, then the pictures of the documentation.

For the latter the product runs on a free port with demo data in a folder of its own: so they show the same everywhere.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from apps.core.embedded import SetupError
from scripts.chromium import NoBrowser, ensure_chromium
from scripts.state_pictures import take_state_pictures

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "img"
START_SECONDS = 120
DESKTOP, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
VIEWS = {
    "Directors and VPs, US": "location=United+States&seniority=Director&seniority=VP",
    "Hot, largest first": "stage=Hot&sort=-employees",
    "Without an e-mail": "email__empty=true",
}
type Prepare = Callable[[Page], None]


def main() -> int:
    program = ensure_chromium()
    code = take_state_pictures(program)
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running_demo() as (url, sign_in), sync_playwright() as playwright:
        # Root may not use Chromium's sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        for options, pictures in PICTURES_BY_BROWSER:
            page = signed_in_page(browser, url, sign_in, **options)
            for name, prepare in pictures.items():
                prepare(page)
                save(page, PICTURES / f"{name}.png")
        browser.close()
    return code


@contextmanager
def running_demo() -> Iterator[tuple[str, dict[str, str]]]:
    """Its address, and the admin's sign-in."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="a360-") as data_dir:
        environment = os.environ | {"APP_DATA_DIR": data_dir, "PORT": str(port), "DEMO_CONTACTS": "20000"}
        environment.pop("DATABASE_URL", None)
        process = subprocess.Popen([sys.executable, "-m", "scripts.run"], cwd=ROOT, env=environment)
        try:
            url = f"http://127.0.0.1:{port}/"
            wait_for(process, port)
            written = json.loads((Path(data_dir) / "demo-credentials.json").read_text())
            yield url, next(entry for entry in written["users"] if entry["role"] == "admin")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    sys.exit("make screenshots: the product did not start; its reason is above.")


def signed_in_page(browser: Browser, url: str, sign_in: dict[str, str], **options: Any) -> Page:
    page = browser.new_context(base_url=url, reduced_motion="reduce", **options).new_page()
    page.goto("login/")
    page.fill("input[name=login]", sign_in["email"])
    page.fill("input[name=password]", sign_in["password"])
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "login" not in address)
    return page


def save(page: Page, path: Path) -> None:
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=path)
    print(path.relative_to(ROOT), flush=True)


def at(address: str) -> Prepare:
    def go(page: Page) -> None:
        page.goto(address)

    return go


def filters(page: Page) -> None:
    page.goto("contacts/?employees__gte=51&employees__lte=5000&country=United+States&industry__not=Retail")
    show_histogram(page)


def show_histogram(page: Page) -> None:
    """All groups but that of employees are folded."""
    unfolded = page.locator("#filters details[open]")
    while unfolded.count():
        unfolded.first.locator("summary").click()
    employees = page.locator("#filters details[data-group=employees]")
    employees.locator("summary").click()
    employees.locator(".histogram").wait_for()


def filter_sheet(page: Page) -> None:
    page.goto("contacts/?seniority=VP")
    page.get_by_role("button", name="Filters").click()
    show_histogram(page)


def first_record(page: Page) -> None:
    page.goto("contacts/")
    page.goto(str(page.locator("#results tbody a[href^='/contacts/']").first.get_attribute("href")))


def changed_view(page: Page) -> None:
    """Three views are saved; one is open, with one more filter than it has."""
    for name, search in VIEWS.items():
        page.goto(f"contacts/?{search}")
        page.get_by_role("button", name="Save as view").click()
        page.get_by_role("textbox", name="Name", exact=True).fill(name)
        page.get_by_role("button", name="Save view").click()
        page.get_by_role("link", name=name).wait_for()
    page.get_by_role("link", name=next(iter(VIEWS))).click()
    page.locator("#filters .value-include", has_text="C-Suite").click()
    page.get_by_text("Changed", exact=True).wait_for()


def selection(page: Page) -> None:
    page.goto("contacts/?seniority=VP&view=all")
    boxes = page.locator("#results tbody input[type=checkbox]")
    for number in (1, 2, 4, 7):
        boxes.nth(number).check()
    page.mouse.move(0, 0)


def palette(page: Page) -> None:
    page.goto("contacts/")
    page.keyboard.press("Control+k")
    page.keyboard.type("mar")
    page.locator("#palette [data-found] [role=option]").first.wait_for()


def tab_of_a_person(tab: str) -> Prepare:
    """Of the demo user: no one should rely on a number."""

    def open_tab(page: Page) -> None:
        page.goto("users/?role=user")
        page.locator("tbody a[href^='/users/']").first.click()
        page.get_by_role("link", name=tab, exact=True).click()
        page.wait_for_load_state()

    return open_tab


def statement(page: Page) -> None:
    """With credit given, so that it has something to say."""
    tab_of_a_person("Downloads")(page)
    page.get_by_role("link", name="Give credit").click()
    page.locator("input[name=amount]").fill("500")
    page.get_by_label("Reason").fill("Trade fair")
    page.get_by_role("button", name="Give credit").click()
    expect(page.get_by_role("table", name="Entries")).to_be_visible()
    tab_of_a_person("Downloads")(page)


PICTURES_BY_BROWSER: list[tuple[dict[str, Any], dict[str, Prepare]]] = [
    (
        {"viewport": DESKTOP},
        {
            "dashboard": at("dashboard/"),
            "contacts": at("contacts/"),
            "filters": filters,
            "record": first_record,
            "statement": statement,
            "users": at("users/"),
            "columns": tab_of_a_person("Columns"),
            "security": at("profile/security/"),
            "operations": at("ops/"),
            "operations-jobs": at("ops/jobs/"),
            "palette": palette,
            "selection": selection,
            "views": changed_view,
        },
    ),
    ({"viewport": DESKTOP, "color_scheme": "dark"}, {"contacts-dark": at("contacts/")}),
    ({"viewport": DESKTOP, "locale": "es-ES"}, {"contacts-spanish": at("contacts/")}),
    ({"viewport": PHONE}, {"contacts-phone": at("contacts/"), "filters-phone": filter_sheet}),
]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    try:
        sys.exit(main())
    except (NoBrowser, SetupError, ImproperlyConfigured) as error:
        sys.exit(f"make screenshots: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
