"""Names from many cultures, and how they are written in an address."""

import unicodedata
from dataclasses import dataclass

from apps.contacts.seeding import words
from apps.contacts.seeding.weighted import zipf_slots

FIRST_NAME_BITS = 8
LAST_NAME_BITS = 13

_LETTERS_THAT_DO_NOT_DECOMPOSE = str.maketrans(
    {"ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "þ": "th", "Þ": "th", "ß": "ss"}
    | {"æ": "ae", "Æ": "ae", "ı": "i"}
)
_PARTICLES = ("van-", "de-", "De-", "Dela-", "Ó-")


@dataclass(frozen=True, slots=True)
class Name:
    display: str
    slug: str  # lower-case ASCII letters and hyphens, fit for an address


@dataclass(frozen=True, slots=True)
class Culture:
    first_names: list[Name]  # slots for FIRST_NAME_BITS
    last_names: list[Name]  # slots for LAST_NAME_BITS


def cultures() -> dict[str, Culture]:
    """Every culture by name."""
    return {
        name: Culture(
            zipf_slots(_names(lists["first_names"].split()), bits=FIRST_NAME_BITS, flatness=8),
            zipf_slots(_names(_last_names(lists)), bits=LAST_NAME_BITS, flatness=12),
        )
        for name, lists in words.read("names").items()
    }


def latin_slug(text: str) -> str:
    """Lower-case ASCII letters and hyphens: 'Łukasz' is 'lukasz', "O'Brien" is 'obrien'."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS_THAT_DO_NOT_DECOMPOSE)).lower()
    return "".join(letter for letter in plain if letter.isascii() and (letter.isalpha() or letter == "-"))


def _last_names(lists: dict[str, str]) -> list[str]:
    beginnings, endings = lists.get("beginnings", ""), lists.get("endings", "")
    composed = [start + end for end in endings.split() for start in beginnings.split()]
    return [*lists["last_names"].split(), *composed]


def _names(entries: list[str]) -> list[Name]:
    return [_name(entry) for entry in dict.fromkeys(entries)]


def _name(entry: str) -> Name:
    display, _, latin = entry.partition("=")
    # 'van-den-Berg' is written with spaces; 'Smith-Jones' and 'Min-jun' keep their hyphens.
    spaced = display.replace("-", " ") if display.startswith(_PARTICLES) else display
    return Name(spaced, latin_slug(latin or display))
