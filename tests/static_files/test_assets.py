"""Vendored files are what their manifests say, and nothing on our pages needs a weaker Content-Security-Policy."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
INLINE = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=|<style\b"),
    "an inline handler": re.compile(r"<[^>]*\son\w+\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "an address elsewhere": re.compile(r"""(?:src|href)=["'](?:https?:)?//"""),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
}


def test_vendored_files_match_their_manifests() -> None:
    command = [sys.executable, str(ROOT / "scripts/vendor_assets.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_served_file_names_a_source_map_which_is_not_there() -> None:
    served = [path for path in (ROOT / "static").rglob("*") if path.suffix in {".js", ".css"}]
    assert [path.name for path in served if "sourceMappingURL" in path.read_text()] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_a_template_compiles_and_holds_nothing_inline(path: Path) -> None:
    get_template(str(path.relative_to(ROOT / "templates")))
    text = path.read_text()
    # The base of the mails is no page: a mail can load no stylesheet, so it brings its own.
    allowed = {"an inline style"} if path == ROOT / "templates/emails/base.html" else set()
    assert {what for what, pattern in INLINE.items() if pattern.search(text)} == allowed


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_neither_evaluates_text_nor_writes_markup(path: Path) -> None:
    assert (
        re.findall(
            r"\b(?:eval|Function)\(|\.(?:inner|outer)HTML\s*=|insertAdjacentHTML|\.style\b", path.read_text()
        )
        == []
    )


# Comments, which say nothing to people, and literals.
_LITERAL = re.compile(r"""//[^\n]*|/\*.*?\*/|(["'`])((?:\\.|(?!\1)[^\\])*)\1""", re.DOTALL)
_PLACE = re.compile(r"\$\{[^}]*\}")
# Three words in a row, a word behind a value, or one with a capital letter: no selector, class or address has these.
_SENTENCE = re.compile(r"[A-Za-z]{2,},? [a-z]{2,} [a-z]{2,}|0 [A-Za-z]{2,}|^[A-Z][a-z]+(?= |[.!?…]?$)")
# What browsers call keys and errors.
_NAMES = {"Enter", "Escape", "Tab", "Backspace", "ArrowDown", "ArrowUp"}


def sentences_in(script: str) -> list[str]:
    """The literals of a script that a person could read."""
    literals = [_PLACE.sub("0", found[2]) for found in _LITERAL.finditer(script) if found[2]]
    return [text for text in literals if _SENTENCE.search(text) and text not in _NAMES]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_no_sentence_of_its_own(path: Path) -> None:
    """They come translated with the page, in data attributes: docs/decisions/0019."""
    assert sentences_in(path.read_text()) == []


@pytest.mark.parametrize(
    "script",
    [
        'say("Saved.")',
        "say('Nothing selected');",
        "say(`Copied ${text}`)",
        'say(number ? `${number} column${number === 1 ? "" : "s"} changed, not saved yet` : "")',
        "say(`${number} results`)",
        'const url = "https://a.example"; say("it was not found")',
    ],
)
def test_sentences_are_found(script: str) -> None:
    assert sentences_in(script) != []


def test_what_is_no_sentence_is_none() -> None:
    script = 'a.closest("td, th"); b.className = "sheet wide"; if (key === "Enter") c(".notes textarea") // It is so.'
    assert sentences_in(script) == []


def test_all_icons_used_are_in_the_sprite() -> None:
    sprite = (ROOT / "static/img/icons.svg").read_text()
    known = set(re.findall(r'<symbol id="([\w-]+)"', sprite))
    used = set()
    for path in TEMPLATES:
        text = path.read_text()
        used |= set(re.findall(r'components/icon\.html" with name="([\w-]+)"', text))
        used |= set(re.findall(r'components/nav_link\.html" with [^%]*icon="([\w-]+)"', text))
    assert used - known == set()
