"""`make screenshots`: pictures of the pages with demo data, light, dark and phone width, into docs/img.

The product runs on a free port with a data folder of its own, so the pictures show the same data everywhere.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.chromium import NoBrowser, ensure_chromium

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "img"
START_SECONDS = 120
DESKTOP, PHONE = (1440, 900), (390, 844)
# An address, a tab of the demo user's pages, or none for the first record of the list: no one should rely on a number.
PAGES = {
    "dashboard": "dashboard/",
    "contacts": "contacts/",
    "contacts-filtered": "contacts/?location=United+States&seniority=Director&seniority=VP",
    "record": None,
    "new-contact": "contacts/new/",
    "users": "users/",
    "columns": "Columns",
    "statement": "Downloads",
    "security": "profile/security/",
    "operations": "ops/",
    "operations-jobs": "ops/jobs/",
}


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with running_demo() as (url, sign_in), sync_playwright() as playwright:
        # Root may not use Chromium's sandbox.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=ensure_chromium(), args=arguments)
        for scheme in ("light", "dark"):
            page = signed_in_page(browser, url, sign_in, scheme, DESKTOP)
            if scheme == "light":
                give_credit(page, url)
            for name in PAGES:
                picture(page, url, name, f"{name}{'' if scheme == 'light' else '-dark'}.png")
        page = signed_in_page(browser, url, sign_in, "light", PHONE)
        picture(page, url, "contacts", "contacts-phone.png")
        browser.close()


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


def signed_in_page(
    browser: Browser, url: str, sign_in: dict[str, str], scheme: str, size: tuple[int, int]
) -> Page:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url + "login/")
    page.fill("input[name=login]", sign_in["email"])
    page.fill("input[name=password]", sign_in["password"])
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "login" not in address)
    return page


def open_demo_user(page: Page, url: str, tab: str) -> None:
    page.goto(url + "users/?role=user")
    page.locator("tbody a[href^='/users/']").first.click()
    page.get_by_role("link", name=tab, exact=True).click()


def give_credit(page: Page, url: str) -> None:
    """So that the statement has something to say."""
    open_demo_user(page, url, "Downloads")
    page.get_by_role("link", name="Give credit").click()
    page.locator("input[name=amount]").fill("500")
    page.get_by_label("Reason").fill("Trade fair")
    page.get_by_role("button", name="Give credit").click()
    page.get_by_role("table", name="Entries").wait_for()


def picture(page: Page, url: str, name: str, file_name: str) -> None:
    address = PAGES[name]
    if address is None:
        page.goto(url + "contacts/")
        first = page.locator("#results tbody a[href^='/contacts/']").first
        page.goto(url.rstrip("/") + str(first.get_attribute("href")))
    elif address in ("Columns", "Downloads"):
        open_demo_user(page, url, address)
    else:
        page.goto(url + address)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.screenshot(path=PICTURES / file_name)
    print(f"{(PICTURES / file_name).relative_to(ROOT)}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except NoBrowser as error:
        sys.exit(f"make screenshots: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
