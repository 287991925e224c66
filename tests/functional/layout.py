"""Faults of layout that no screenshot diff would name: pages wider than the window, targets too small to hit."""

from playwright.sync_api import Page

_OVERFLOW = """() => {
  const excess = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (excess <= 0) return [];
  const wide = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
  return [`${excess}px wider than the window`, ...wide.slice(0, 8).map((e) => e.outerHTML.slice(0, 120))];
}"""

# WCAG 2.5.8: 24 by 24 px, or a circle of 24 px around its centre that meets no other target's; text links in a sentence
# are exempt. Inputs hidden over something larger count as that.
_SMALL = """() => {
  const seen = (e) => e.checkVisibility({opacityProperty: false, visibilityProperty: true}) && !e.closest("[inert]");
  const boxOf = (e) => (e.closest("label") ?? e).getBoundingClientRect();
  const isInline = (e) =>
    e.matches("a") && getComputedStyle(e).display === "inline" && e.closest("p, li, dd, td, span");
  const selector = "a[href], button, summary, select, textarea, input:not([type=hidden])";
  const targets = [...document.querySelectorAll(selector)].filter(seen).map((e) => ({e, box: boxOf(e)}))
    .filter(({box}) => box.width > 1 && box.height > 1);
  const small = targets.filter(({e, box}) => (box.width < 23.5 || box.height < 23.5) && !isInline(e));
  return small.map(({e, box}) => `${Math.round(box.width)}×${Math.round(box.height)} ${e.outerHTML.slice(0, 140)}`);
}"""


def overflow(page: Page) -> list[str]:
    """How much wider than its window the page is, and through what; empty when it fits."""
    found: list[str] = page.evaluate(_OVERFLOW)
    return found


def small_targets(page: Page) -> list[str]:
    """What can be clicked but is less than 24 px high or wide."""
    found: list[str] = page.evaluate(_SMALL)
    return found
