"""Lists that people paste: a column of a spreadsheet, lines of a mail, names between commas."""

import re

# A quoted value up to its closing quote, or anything up to a separator: there a quote is a character like others.
# The space before a quote holds no separators, or of a thousand empty lines each would be looked at a thousand times.
_CELL = r'[^\S\n\t]*"((?:[^"]|"")*)"[^\S\n\t]*(?=[{separators}]|$)|([^{separators}]*)'
_APART = "\n\t;"
_IN_COLUMN = re.compile(_CELL.format(separators=_APART))
_IN_LINE = re.compile(_CELL.format(separators=_APART + ","))
_LINE_WITH_MORE = re.compile(r",[^\S\n]*\n")


def pasted_values(text: str) -> list[str]:
    """The values of a pasted list, each once, in order.

    Lines, tabs and semicolons are always between values; commas only in a list that has none of these, or whose lines
    end with them: "Acme, Inc." in a column of companies is one of them. Within double quotes all of these belong to the
    value, and two double quotes stand for one, as spreadsheets write it (RFC 4180).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    cell = _IN_LINE if _has_commas_between(text) else _IN_COLUMN
    values = (
        " ".join((quoted.replace('""', '"') if quoted else plain).split())
        for quoted, plain in cell.findall(text)
    )
    return list(dict.fromkeys(value for value in values if value.strip(",")))


def _has_commas_between(text: str) -> bool:
    outside = _IN_LINE.sub(lambda cell: cell[2] or "", text)
    return not re.search(f"[{_APART}]", outside) or bool(_LINE_WITH_MORE.search(outside))
