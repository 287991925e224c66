"""Cells that a spreadsheet would run as a formula, made harmless and turned back without loss.

An apostrophe before a cell makes every spreadsheet show it as text. Cells that already have apostrophes before a
formula get one more, so that bare_cell(guarded_cell(text)) == text for every text (OWASP, CSV injection).
"""

import re

_INVISIBLE = r"[\s\x00-\x1f\x7f\u200b-\u200f\u2060\ufeff]*"
_FORMULA = re.compile(rf"'*{_INVISIBLE}[=+\-@|%\t\r\n\0＝＋－＠]")


def guarded_cell(text: str) -> str:
    """`text` as it may stand in a file that people open in a spreadsheet."""
    return f"'{text}" if _FORMULA.match(text) else text


def bare_cell(text: str) -> str:
    """The text in a cell of such a file, ours or another product's."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text
