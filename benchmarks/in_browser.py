"""From a click to its painted answer, in Chromium on this machine, and what the list weighs on the way there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import percentile
from scripts.chromium import ensure_chromium

ROUNDS = 12
# Clicks, and waits for the second frame after a part of the page was replaced: by then it is painted.
_CLICK = """async ([what, where]) => {
  const painted = new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      watch.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
    });
    watch.observe(document.querySelector(where), { childList: true });
  });
  const began = performance.now();
  document.querySelector(what).click();
  return (await painted) - began;
}"""
_LOADED = """() => performance.getEntriesByType("resource")
  .filter((each) => /\\.(css|js)(\\?|$)/.test(each.name)).reduce((sum, each) => sum + each.encodedBodySize, 0)"""
_PAGE = "() => performance.getEntriesByType('navigation')[0].encodedBodySize"
_RESULTS, _PANEL = ".workspace", "#record"
# What is done one after the other in a round: its name, what is clicked, what is replaced by it.
ACTS = (
    ("tick a seniority", "[name=seniority][value=Manager]", _RESULTS),
    ("tick a country", "[name=location]:not(:checked)", _RESULTS),
    ("next page", "#page-next", _RESULTS),
    ("sort", "#sort-company", _RESULTS),
    ("open a record", "tr[data-row] [data-open]", _PANEL),
    ("remove a chip", ".chip-remove", _RESULTS),
    ("clear all", ".chips > a", _RESULTS),
)


def measure_in_browser(port: int, session: str) -> dict[str, Any]:
    """Milliseconds for each act and for all of them, and the kilobytes (compressed) of the list and its files."""
    url = f"http://localhost:{port}/contacts/"
    with _page(url, session) as page:
        page.goto(url, wait_until="networkidle")
        weights = {"list": page.evaluate(_PAGE), "CSS and JavaScript": page.evaluate(_LOADED)}
        rounds = [_round(page, url) for _ in range(ROUNDS + 1)][1:]  # the first one warms up
    times = {name: [each[name] for each in rounds] for name, _, _ in ACTS}
    times["all"] = [took for each in rounds for took in each.values()]
    return {
        "clicks": {name: _figures(taken) for name, taken in times.items()},
        "kilobytes": {name: round(size / 1000, 1) for name, size in weights.items()},
    }


def _round(page: Page, url: str) -> dict[str, float]:
    page.goto(url, wait_until="networkidle")
    times = {}
    for name, what, where in ACTS:
        page.wait_for_selector(what, state="attached")
        times[name] = float(page.evaluate(_CLICK, [what, where]))
        page.wait_for_load_state("networkidle")
    return times


def _figures(times: list[float]) -> dict[str, float]:
    return {
        "p50": round(median(times), 1),
        "p95": round(percentile(times, 0.95), 1),
        "worst": round(max(times), 1),
    }


@contextmanager
def _page(url: str, session: str) -> Iterator[Page]:
    # Root may not use Chromium's sandbox.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure_chromium(), args=arguments)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        yield context.new_page()
        browser.close()
