"""Bare addresses in a note as links: https://…, www.… and e-mail addresses, as people type them.

A few lines instead of the library's own way; why is in docs/decisions/0017-notes-and-time.md.
"""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

LONGEST_ADDRESS = 2_000  # characters; a longer one stays text

_SCHEME = re.compile(r"(?:^|[^a-z0-9+.-])(https?)$", re.IGNORECASE)
_SCHEME_AND_BEFORE = len("https") + 1
# A character more than an address may have, so that one that is too long is seen to be.
_REST = re.compile(rf"://(?=[^\W_])[^\s<>\"`\[\]*]{{1,{LONGEST_ADDRESS}}}+")
# Each part is bounded, so that whatever the text, a place in it is looked at a bounded number of times.
_WITHOUT_SCHEME = re.compile(
    r"(?<![\w@./%+-])(?:"
    rf"(?P<web>www\.(?=[^\W_])[^\s<>\"`\[\]*]{{1,{LONGEST_ADDRESS}}}+)"
    r"|(?P<mail>[^\W_][\w.%+-]{0,63}+@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,63})(?![\w@-])"
    r")",
    re.IGNORECASE,
)
_ENDS_OF_SENTENCES = frozenset(".,:;!?'’”»…।")


def with_bare_addresses[M: MarkdownIt](markdown: M) -> M:
    """The same Markdown, in which addresses are links without marks around them. They are shown as they were typed."""
    markdown.inline.ruler.before("newline", "bare_web_address", _web_address)
    # Before what was escaped becomes plain text again: with a backslash in it, an address is meant to be none.
    markdown.core.ruler.before("text_join", "bare_addresses", _addresses_without_scheme)
    return markdown


def _web_address(state: StateInline, silent: bool) -> bool:
    """At the colon of https://…: all of it, so that what would be a mark elsewhere belongs to the address."""
    rest = _REST.match(state.src, state.pos, state.posMax)
    if rest is None or state.linkLevel:
        return False
    scheme = _SCHEME.search(state.pending[-_SCHEME_AND_BEFORE:])
    if scheme is None:
        return False
    start = state.pos - len(scheme[1])
    is_emphasised = start > 0 and state.src[start - 1] == "_"
    shown = _address_alone(scheme[1] + (rest[0].rstrip("_") if is_emphasised else rest[0]))
    href = state.md.normalizeLink(shown)
    if not state.md.validateLink(href):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = shown
        state.push("link_close", "a", -1)
    state.pos += len(shown) - len(scheme[1])
    return True


def _addresses_without_scheme(state: StateCore) -> None:
    for block in state.tokens:
        if block.children:
            block.children = list(_with_links(block.children, state.md))


def _with_links(tokens: list[Token], markdown: MarkdownIt) -> Iterator[Token]:
    is_link = False
    for token in tokens:
        if token.type in {"link_open", "link_close"}:
            is_link = token.type == "link_open"
        if token.type == "text" and not is_link:
            yield from _parts(token, markdown)
        else:
            yield token


def _parts(text: Token, markdown: MarkdownIt) -> Iterator[Token]:
    """A text as texts and links."""
    done = 0
    for found in _WITHOUT_SCHEME.finditer(text.content):
        shown = _address_alone(found["web"]) if found["web"] else found["mail"]
        href = markdown.normalizeLink(("https://" if found["web"] else "mailto:") + shown)
        if markdown.validateLink(href):
            yield _text(text.content[done : found.start()], text.level)
            yield Token("link_open", "a", 1, attrs={"href": href}, level=text.level)
            yield _text(shown, text.level + 1)
            yield Token("link_close", "a", -1, level=text.level)
            done = found.start() + len(shown)
    yield _text(text.content[done:], text.level)


def _text(content: str, level: int) -> Token:
    return Token("text", "", 0, content=content, level=level)


def _address_alone(text: str) -> str:
    """Without what belongs to the sentence around it: its full stop, quotes, a parenthesis that closes another one."""
    end, surplus = len(text), text.count(")") - text.count("(")
    while text[end - 1] in _ENDS_OF_SENTENCES or (text[end - 1] == ")" and surplus > 0):
        surplus -= text[end - 1] == ")"
        end -= 1
    return text[:end]
