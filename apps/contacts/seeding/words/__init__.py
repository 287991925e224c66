"""The word lists that made-up contacts are put together from, as TOML files beside this one."""

import tomllib
from pathlib import Path
from typing import Any


def read(name: str) -> dict[str, Any]:
    """What the file `<name>.toml` says."""
    with (Path(__file__).parent / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
