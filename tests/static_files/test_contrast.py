"""Every pair of colours that text, fields and marks use meets WCAG 2.2 AA in both themes (SC 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static/css/tokens.css"
TOKEN = re.compile(r"--([\w-]+): (?:light-dark\((#\w{6}), (#\w{6})\)|(#\w{6}));")
HUE = re.compile(r"\.hue-(\d+) \{(.*?)\}")

TEXT = 4.5
GRAPHIC = 3.0
SURFACES = ("bg", "pane", "raised", "hover", "selected")
PAIRS = [
    *((ink, surface, TEXT) for ink in ("ink", "ink-2", "ink-3") for surface in SURFACES),
    *((ink, "bg", TEXT) for ink in ("accent-ink", "bad", "warn", "good", "cold")),
    *(("accent-ink", surface, TEXT) for surface in SURFACES),
    ("ink-2", "line-soft", TEXT),
    ("ink", "accent-bg", TEXT),
    ("accent-ink", "accent-bg", TEXT),
    *((tone, f"{tone}-bg", TEXT) for tone in ("good", "warn", "bad", "cold")),
    *(("ink", f"{tone}-bg", TEXT) for tone in ("good", "warn", "bad")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-bad", "bad-strong", TEXT),
    ("on-bad", "bad", TEXT),
    ("on-float", "float", TEXT),
    *((edge, surface, GRAPHIC) for edge in ("field-line", "accent") for surface in ("bg", "pane", "raised")),
    *(
        (dot, surface, GRAPHIC)
        for dot in ("good-dot", "warn-dot", "dull-dot")
        for surface in ("bg", "hover", "selected")
    ),
]


def tokens(text: str) -> dict[str, tuple[str, str]]:
    """Name to (light, dark)."""
    return {name: (light or both, dark or both) for name, light, dark, both in TOKEN.findall(text)}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_pair_of_tokens_has_enough_contrast(theme: int) -> None:
    known = tokens(CSS.read_text())
    low = [
        f"{ink} on {surface}: {found:.2f} < {wanted}"
        for ink, surface, wanted in PAIRS
        if (found := contrast(known[ink][theme], known[surface][theme])) < wanted
    ]
    assert low == []


def test_initials_and_marks_are_legible_in_every_hue() -> None:
    hues = HUE.findall(CSS.read_text())
    assert len(hues) == 12
    for number, body in hues:
        known = tokens(body)
        for theme in (0, 1):
            assert contrast(known["hue-bg"][theme], known["hue-ink"][theme]) >= TEXT, f"hue {number}"
        assert contrast(known["hue-solid"][0], "#ffffff") >= TEXT, f"hue {number}"
