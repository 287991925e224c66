"""The Markdown of notes: bold, italic, lists, links, code and quotes. No HTML, no images, no headings.

Addresses are links without marks around them too. What is not among these stays as it was typed, escaped.
"""

from collections.abc import MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from apps.contacts.notes.bare_addresses import LONGEST_ADDRESS, with_bare_addresses

SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_LEFT_OUT = ("image", "html_block", "html_inline", "heading", "lheading", "hr", "reference")
_MOST_NESTED = 8  # quotes in lists in quotes: more are not meant


def note_html(text: str) -> SafeString:
    """A note as safe HTML. Line breaks stay as they were typed."""
    return SafeString(_MARKDOWN.render(text))


class _Renderer(RendererHTML):
    def link_open(
        self, tokens: Sequence[Token], idx: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        tokens[idx].attrSet("rel", "noopener noreferrer nofollow")
        if urlsplit(str(tokens[idx].attrGet("href"))).scheme in {"http", "https"}:
            tokens[idx].attrSet("target", "_blank")
        return self.renderToken(tokens, idx, options, env)


class _Markdown(MarkdownIt):
    """The library's own, with its addresses held to our rules."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        """A host of other letters becomes punycode, in time that grows with its square."""
        return super().normalizeLink(url) if len(url) <= LONGEST_ADDRESS else ""

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        """As it was typed: punycode that is shown as letters looks like an address that it is not."""
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802
        try:
            return urlsplit(url).scheme in SCHEMES
        except ValueError:
            return False


_OPTIONS = {"html": False, "breaks": True, "maxNesting": _MOST_NESTED}
_MARKDOWN = with_bare_addresses(
    _Markdown("commonmark", _OPTIONS, renderer_cls=_Renderer).disable(list(_LEFT_OUT))
)
