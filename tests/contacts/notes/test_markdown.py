"""The Markdown of notes: a few marks become HTML, and nothing else does."""

import re
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
        (
            "[x](https://a.example/?a=1&b=2)",
            'href="https://a.example/?a=1&amp;b=2" rel="noopener noreferrer nofollow"',
        ),
        ("[x](mailto:a@b.example)", 'href="mailto:a@b.example" rel="noopener noreferrer nofollow"'),
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


@pytest.mark.parametrize(
    ("text", "href", "shown"),
    [
        ("see https://a.example/x_y_z_?a=1&b=2#c, ok", "https://a.example/x_y_z_?a=1&amp;b=2#c", ""),
        ("(HTTPS://a.example/a_(b))", "HTTPS://a.example/a_(b)", ""),
        ("_https://a.example/x_", "https://a.example/x", ""),
        ("see https://a.example/x_ or so", "https://a.example/x_", ""),
        ("www.a.example/x_ or so", "https://www.a.example/x_", "www.a.example/x_"),
        ("**https://a.example/_x_/y**", "https://a.example/_x_/y", ""),
        ("नोट https://a.example। और", "https://a.example", ""),
        ("(www.a.example/b).", "https://www.a.example/b", "www.a.example/b"),
        ("mail:ann_b.c+d@x.example.", "mailto:ann_b.c+d@x.example", "ann_b.c+d@x.example"),
        # Letters that look like others are shown as they were typed, and lead to where they lead.
        ("https://аррӏе.com/x", "https://xn--80ak6aa92e.com/x", "https://аррӏе.com/x"),
        ("https://xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com", ""),
        ("<https://xn--80ak6aa92e.com>", "https://xn--80ak6aa92e.com", ""),
        ("https://user:secret@evil.example", "https://user:secret@evil.example", ""),
        ("javascript://https://a.example", "https://a.example", ""),
        ('https://a.example/"onmouseover=alert(1)', "https://a.example/", ""),
        ("https://a.example/<script>alert(1)</script>", "https://a.example/", ""),
    ],
)
def test_a_bare_address_is_a_link(text: str, href: str, shown: str) -> None:
    html = note_html(text)
    assert html.count("<a ") == 1
    target = "" if href.startswith("mailto:") else ' target="_blank"'
    assert f'<a href="{href}" rel="noopener noreferrer nofollow"{target}>{shown or href}</a>' in html


@pytest.mark.parametrize(
    "text",
    [
        *("https://", "http://...", "a@b", "xhttps://a.example", "ftp://a.example", "//a.example"),
        *("setup.py", "a@b.example@c.example", "javascript:alert(1)//www", "data:text/html,hi"),
        *("`https://a.example www.a.example a@b.example`", "\\https://a.example www\\.a.example"),
        "https://" + "a" * 2_000,
    ],
)
def test_what_is_no_address_is_no_link(text: str) -> None:
    assert "<a " not in note_html(text)


def test_an_address_in_a_link_is_no_link_of_its_own() -> None:
    html = note_html("[https://a.example or www.a.example](https://b.example)")
    assert html.count("<a ") == 1
    assert ">https://a.example or www.a.example</a>" in html


def test_an_image_is_a_link_at_most() -> None:
    html = note_html("![tracker](https://evil.example/pixel.png)")
    assert "<img" not in html


HOSTILE_PIECES = [
    *(
        "<",
        ">",
        "[",
        "](",
        "](<",
        ")",
        "!",
        "*",
        "_",
        "`",
        "#",
        "-",
        "+",
        ".",
        '"',
        "'",
        "&",
        "\\",
        "\n",
        " ",
        "a",
        "@",
    ),
    *(
        "https://",
        "http:",
        "www.",
        "a.example",
        "javascript:",
        "data:text/html,",
        "onload=",
        "<script>",
        "&#106;",
        "&lt;",
    ),
]


@given(st.lists(st.sampled_from(HOSTILE_PIECES), max_size=40).map("".join))
def test_nothing_becomes_a_tag_or_a_link_that_is_none_of_ours(text: str) -> None:
    html = note_html(text)
    ours = ("p", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a", "br")
    for part in html.split("<")[1:]:
        assert part.lstrip("/").startswith(ours)
    for tag in re.findall("<[^>]*", html):
        assert re.fullmatch(r"</?\w+( /| start=\"\d+\"| (href|rel|target|title|class)=\"[^\"]*\")*", tag), tag
    for href in re.findall('href="([^"]*)', html):
        assert re.match("(https?|mailto|tel):", href, re.IGNORECASE), href


@pytest.mark.parametrize(
    "piece",
    [
        *("[", "*a_ ", ">", "[a](", "- ", "a ://", "https://x_", "www.", "a@", "a@b.", "(https://a)", "``a`"),
        *("https://я", "<https://a", "&#106;", "\\h", "***a "),
    ],
)
def test_100_kb_of_marks_take_no_longer_than_a_moment(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    began = time.process_time()
    note_html(text)
    assert time.process_time() - began < 3


def test_hosts_of_other_letters_are_looked_at_up_to_a_length() -> None:
    began = time.process_time()
    note_html("https://" + "я" * 100_000 + " [a](https://" + "я" * 100_000 + ")")
    assert time.process_time() - began < 1
