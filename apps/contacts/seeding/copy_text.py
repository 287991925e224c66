"""PostgreSQL's COPY text format: one line a row, tabs between columns, \\N for NULL."""

from collections.abc import Collection, Iterable

NULL = "\\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def text(value: str) -> str:
    return value.translate(_ESCAPES)


def array(values: Iterable[str]) -> str:
    """A text[]; every element quoted."""
    quoted = ('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' for value in values)
    return text("{" + ",".join(quoted) + "}")


def plain_array(values: Collection[str]) -> str:
    """A text[] whose elements hold neither quotes nor backslashes; several times as quick."""
    return '{"' + '","'.join(values) + '"}' if values else "{}"


def number(value: int | None) -> str:
    return NULL if value is None else str(value)
