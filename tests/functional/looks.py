"""One look at a page for everybody: light and dark, wide and narrow, with eyes and without.

With a folder in STATE_PICTURES (`make screenshots`) every look leaves its pictures there, for eyes that judge.
"""

import os
import re
from collections import Counter
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.functional import axe, layout
from tests.functional.visitor import DESKTOP, PHONE, TABLET

# Taller than most pages: of what is scrolled out of sight axe cannot tell what is behind it.
_TALL = ViewportSize(width=1440, height=1500)
_PICTURES = os.environ.get("STATE_PICTURES")
_LOOKS: Counter[str] = Counter()


def look_everywhere(page: Page) -> None:
    """Fails on anything axe finds in light, dark and at phone width, on a page too wide and on targets too small."""
    page.wait_for_load_state()  # a heading can be found before its styles have come
    if _PICTURES:
        _take_pictures(page, Path(_PICTURES))
    faults = []
    for name, size in (("tablet", TABLET), ("phone", PHONE), ("desktop", _TALL)):
        page.set_viewport_size(size)
        found = layout.overflow(page) + layout.small_targets(page)
        if name != "tablet":
            found += axe.violations(page)
        faults += [f"{name}: {fault}" for fault in found]
    page.emulate_media(color_scheme="dark")
    faults += [f"dark: {fault}" for fault in axe.contrast_violations(page)]
    assert not faults, "\n".join(faults)


def _take_pictures(page: Page, folder: Path) -> None:
    page.wait_for_load_state("networkidle")
    state = _state_of_this_test()
    for scheme, sizes in (
        ("dark", {"desktop": DESKTOP, "phone": PHONE}),
        ("light", {"desktop": DESKTOP, "tablet": TABLET, "phone": PHONE}),
    ):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for name, size in sizes.items():
            page.set_viewport_size(size)
            page.screenshot(path=folder / f"{state}.{name}-{scheme}.png")


def _state_of_this_test() -> str:
    """The words that tell this test, or this case of it, from others; its second look has a 2 after them."""
    test = os.environ["PYTEST_CURRENT_TEST"].split("::")[-1].removesuffix(" (call)")
    case = re.search(r"\[(.+)\]", test)
    name = "-".join(re.findall(r"[a-z0-9]+", (case[1] if case else test).lower()))
    _LOOKS[name] += 1
    return name if _LOOKS[name] == 1 else f"{name}-{_LOOKS[name]}"
