"""The Markdown of notes: a few marks become HTML, and nothing else does."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.contacts.notes.markdown import note_html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** *italic* `code`", "<strong>bold</strong> <em>italic</em> <code>code</code>"),
        ("one\ntwo", "one<br />\ntwo"),
        ("- a\n- b", "<li>a</li>\n<li>b</li>"),
        ("> said", "<blockquote>\n<p>said</p>"),
        ("[x](https://a.example/?a=1&b=2)", 'href="https://a.example/?a=1&amp;b=2" rel="noopener nofollow"'),
        ("[x](mailto:a@b.example)", 'href="mailto:a@b.example" rel="noopener nofollow"'),
        ("<tel:+12025550136>", 'href="tel:+12025550136"'),
    ],
)
def test_what_it_knows(text: str, html: str) -> None:
    assert html in note_html(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("# Not a heading", "# Not a heading"),
        ("a\n---", "---"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("[x](JaVaScRiPt:alert(1))", "[x]("),
        ("[x](data:text/html,hi)", "[x](data:text/html,hi)"),
        ("[x](//evil.example)", "[x](//evil.example)"),
        ("[x](/contacts/1/delete/)", "[x](/contacts/1/delete/)"),
        ("<javascript:alert(1)>", "&lt;javascript:alert(1)&gt;"),
        ('[x](https://a.example "on\\" onmouseover=\\"x")', 'title="on&quot; onmouseover=&quot;x"'),
    ],
)
def test_what_stays_as_it_was_typed(text: str, kept: str) -> None:
    html = note_html(text)
    assert kept in html
    assert "<script" not in html


def test_an_image_is_a_link_at_most() -> None:
    html = note_html("![tracker](https://evil.example/pixel.png)")
    assert "<img" not in html


@given(st.text(alphabet="<>[]()!*_`#-+.\\\"'& \naj:/h", max_size=60))
def test_nothing_becomes_a_tag_that_is_none_of_ours(text: str) -> None:
    html = note_html(text)
    ours = ("p", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a", "br")
    for part in html.split("<")[1:]:
        assert part.lstrip("/").startswith(ours)


@pytest.mark.parametrize("text", ["[" * 20_000, "*a_ " * 5000, ">" * 20_000, "[a](" * 5000, "- " * 10_000])
def test_a_hostile_note_takes_no_longer_than_a_long_one(text: str) -> None:
    began = time.process_time()
    note_html(text)
    assert time.process_time() - began < 3
