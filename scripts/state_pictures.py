"""Pictures of every state that the browser tests look at, wide and narrow, light and dark, on one page."""

import html
import os
import shutil
from itertools import groupby
from pathlib import Path

from django.conf import settings

from scripts.borrowed_database import borrowed_database
from scripts.test import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "functional"
KINDS = ("desktop-light", "desktop-dark", "tablet-light", "phone-light", "phone-dark")
STYLE = """
:root { color-scheme: light dark; font: 14px/1.4 system-ui, sans-serif; }
body { margin: 24px; }
h2 { margin: 28px 0 8px; font-size: 15px; }
div { display: flex; gap: 12px; align-items: start; overflow-x: auto; }
img { display: block; height: 220px; width: auto; border: 1px solid #8888; border-radius: 4px; }
"""


def take_state_pictures(browser: str) -> int:
    """Fill var/screenshots afresh; the exit code of the tests, which fail on what is wrong besides the looks."""
    folder = settings.APP_DATA_DIR / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = os.environ | {
        "CHROMIUM": browser,
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "STATE_PICTURES": str(folder),
    }
    with borrowed_database():
        code = pytest("-n", "2", *files_that_look(), environment=environment)
    (folder / "index.html").write_text(index_of(folder), encoding="utf-8")
    print(f"Every state: {folder / 'index.html'}", flush=True)
    return code


def files_that_look() -> list[str]:
    return sorted(
        str(path.relative_to(ROOT))
        for path in TESTS.glob("test_*.py")
        if "look_everywhere" in path.read_text(encoding="utf-8")
    )


def index_of(folder: Path) -> str:
    """One row of pictures for each state, each a link to itself in its own size."""
    pictures = sorted(folder.glob("*.png"), key=lambda path: (state_of(path), KINDS.index(kind_of(path))))
    rows = [
        f'<h2 id="{state}">{state.replace("-", " ")}</h2>\n<div>{"".join(map(thumbnail, of_state))}</div>'
        for state, of_state in groupby(pictures, key=state_of)
    ]
    head = f'<meta charset="utf-8"><title>{len(rows)} states</title><style>{STYLE}</style>'
    return "\n".join(
        ["<!doctype html>", head, f"<h1>{len(rows)} states, {len(pictures)} pictures</h1>", *rows]
    )


def thumbnail(path: Path) -> str:
    name = html.escape(path.name)
    return f'<a href="{name}"><img src="{name}" alt="{kind_of(path)}" title="{kind_of(path)}" loading="lazy"></a>'


def state_of(path: Path) -> str:
    return path.stem.split(".")[0]


def kind_of(path: Path) -> str:
    return path.stem.split(".")[1]
