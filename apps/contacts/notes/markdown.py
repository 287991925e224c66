"""The Markdown of notes: bold, italic, lists, links, code and quotes. No HTML, no images, no headings.

What is not among these stays as it was typed, escaped.
"""

from collections.abc import MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

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
        tokens[idx].attrSet("rel", "noopener nofollow")
        if urlsplit(str(tokens[idx].attrGet("href"))).scheme in {"http", "https"}:
            tokens[idx].attrSet("target", "_blank")
        return self.renderToken(tokens, idx, options, env)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802  # the library's name
        try:
            return urlsplit(url).scheme in SCHEMES
        except ValueError:
            return False


_OPTIONS = {"html": False, "breaks": True, "maxNesting": _MOST_NESTED}
_MARKDOWN = _Markdown("commonmark", _OPTIONS, renderer_cls=_Renderer).disable(list(_LEFT_OUT))
