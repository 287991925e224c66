"""One line of the palette, and what sources of such lines look like."""

from collections.abc import Callable
from dataclasses import dataclass

from apps.accounts.access import Access


@dataclass(frozen=True, slots=True)
class Item:
    """A link, or an act of palette.js where `act` names one. `words` are looked through as well, and not shown."""

    label: str
    href: str = ""
    detail: str = ""
    icon: str = "arrow-right"
    act: str = ""
    words: str = ""


type Source = Callable[[str, Access], list[Item]]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading."""

    label: str
    items: tuple[Item, ...]
