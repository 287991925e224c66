"""One look at a page for everybody: light and dark, wide and narrow, with eyes and without."""

from playwright.sync_api import Page, ViewportSize

from tests.functional import axe, layout
from tests.functional.visitor import PHONE, TABLET

# Taller than most pages: of what is scrolled out of sight axe cannot tell what is behind it.
_TALL = ViewportSize(width=1440, height=1500)


def look_everywhere(page: Page) -> None:
    """Fails on anything axe finds in light, dark and at phone width, on a page too wide and on targets too small."""
    page.wait_for_load_state()  # a heading can be found before its styles have come
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
