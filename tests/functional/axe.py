"""axe-core on a page: what it finds wrong at WCAG 2.2 AA."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

_AXE = (Path(__file__).parent.parent / "vendor" / "axe.min.js").read_text()
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def violations(page: Page) -> list[str]:
    """One line for each element at fault: rule, what is wrong, where."""
    return _found(page, {"type": "tag", "values": WCAG_22_AA})


def contrast_violations(page: Page) -> list[str]:
    """All that another colour scheme can change, at a fraction of the time."""
    return _found(page, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]})


def _found(page: Page, rules: dict[str, Any]) -> list[str]:
    page.evaluate("document.fonts.ready")
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found: dict[str, Any] = page.evaluate(
        "runOnly => axe.run(document, {runOnly, resultTypes: ['violations'], iframes: false})", rules
    )
    return [
        f"{rule['id']} ({rule['help']}): {node['target']} {node['html'][:160]}\n    {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
