"""Hand-written SQL has an address: named blocks in an app's sql/ drawer."""

import re
from functools import cache
from pathlib import Path

_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def load_sql(path: Path) -> dict[str, str]:
    """The blocks of a .sql file by name; each begins with a line `-- name: <name>`.

    Raises ValueError when two blocks share a name.
    """
    parts = _NAME.split(path.read_text(encoding="utf-8"))
    names, texts = parts[1::2], parts[2::2]
    if len(set(names)) != len(names):
        raise ValueError(f"Two blocks of {path.name} share a name.")
    return {name: text.strip().rstrip(";") for name, text in zip(names, texts, strict=True)}
