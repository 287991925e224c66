"""What a typed or imported text means for a field: the one set of rules for forms, imports and the API.

Cleaning what was cleaned before changes nothing: clean(field, text_of(clean(field, raw))) == clean(field, raw).
Characters that nobody types on purpose (controls, zero-width spaces, direction marks) are removed; NUL and halves of
surrogate pairs are refused, since they say that the text itself is damaged.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, lru_cache, partial
from typing import Any

from django.utils.translation import gettext

from apps.contacts.cleaning.amounts import clean_amount
from apps.contacts.cleaning.dates import clean_date, clean_moment, day_or_moment
from apps.contacts.cleaning.errors import CleaningError
from apps.contacts.cleaning.links import clean_link
from apps.contacts.fields import Field, Kind
from apps.core.local_figures import grouped

__all__ = [
    "Cleaned",
    "CleaningError",
    "clean",
    "clean_day_or_moment",
    "cleaner_of",
    "text_of",
    "too_many_items",
]

type Cleaned = str | int | date | datetime | bool | list[str] | None

MAX_LIST_ITEMS = 1000
INT4_MAX = 2**31 - 1
INT8_MAX = 2**63 - 1

# Cells in which people write that there is nothing. Not for names and other plain texts, where "None" may be one.
_PLACEHOLDERS = frozenset({"-", "--", "–", "—", "n/a", "#n/a", "null", "none", "nan", "(empty)", "(blank)"})
# Putting a long row of accents in order takes time by its square; the longest field is 1,000 characters.
_LONGEST_NORMALISED = 5_000
_CACHED_LENGTH = 200  # longer texts hardly ever repeat, and would make the caches large

_REFUSED = re.compile("[\0\ud800-\udfff]")
_REMOVED = re.compile(
    "[\x01-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]"
)
_SEPARATORS = re.compile(r"[,;|\n\r]")
_RARE_SEPARATORS = re.compile(r"[;|\n\r]")
# Syntax only: no quoted local parts, no addresses without a dot. \w includes letters beyond A-Z.
_EMAIL = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[^\W_][\w-]{0,62}\.)+[^\W\d_][\w-]{1,62}"
)
_EMAIL_IN_BRACKETS = re.compile(r"[^<>]*<([^<>]+)>")
_APOSTROPHE_BEFORE_NUMBER = re.compile(r"^[' ]+(?=[+(\d])")
_DIGIT = re.compile(r"\d")
_YES = frozenset({"yes", "y", "true", "t", "1", "on", "x"})
_NO = frozenset({"no", "n", "false", "f", "0", "off"})


def clean(field: Field, raw: str) -> Cleaned:
    """The value to store for what was typed or read. Raises CleaningError with a sentence for people.

    Nothing given is '' for texts, [] for lists and None for numbers, dates and yes/no. A reference (industry, owner)
    stays the text that names it.
    """
    return cleaner_of(field)(raw)


def clean_day_or_moment(raw: str) -> date | datetime | None:
    """What is asked of a moment: a whole day where no time is given. Raises CleaningError."""
    return _given_or_none(day_or_moment, raw)


@cache
def cleaner_of(field: Field) -> Callable[[str], Cleaned]:
    """clean() for one field: imports look it up once per column."""
    if field.kind in {Kind.TEXT, Kind.REFERENCE}:
        return _text_cleaner(field.max_length)
    if field.kind is Kind.EMAIL:
        return partial(_limited, field.max_length, _clean_email)
    if field.kind is Kind.PHONE:
        return partial(_limited, field.max_length, _clean_phone)
    if field.kind is Kind.LIST:
        return partial(_clean_list, _remembering(partial(_items, field.max_length)))
    if field.kind in {Kind.URL, Kind.CHOICE}:
        return _remembering(partial(_limited, field.max_length, partial(_given_or_empty, _reader(field))))
    return _remembering(partial(_given_or_none, _reader(field)))


def text_of(value: Cleaned) -> str:
    """A cleaned value as text that clean() turns into the same value again; for form fields and CSV cells."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _reader(field: Field) -> Callable[[str], Any]:
    """How a non-empty, tidy text of this field is read."""
    readers: dict[Kind, Callable[[str], Any]] = {
        Kind.URL: partial(clean_link, field.name),
        Kind.CHOICE: partial(_clean_choice, field),
        Kind.INTEGER: partial(clean_amount, limit=INT4_MAX, is_money=False),
        Kind.MONEY: partial(clean_amount, limit=INT8_MAX, is_money=True),
        Kind.DATE: clean_date,
        Kind.MOMENT: clean_moment,
        Kind.BOOLEAN: _clean_boolean,
    }
    return readers[field.kind]


def _remembering[T](read: Callable[[str], T]) -> Callable[[str], T]:
    """`read` with a memory for short texts: links, amounts and lists of a company come again with each colleague."""
    remembered = lru_cache(maxsize=4096)(read)

    def reading(raw: str) -> T:
        return remembered(raw) if len(raw) <= _CACHED_LENGTH else read(raw)

    return reading


def _text_cleaner(max_length: int) -> Callable[[str], str]:
    """_clean_text with a short way for what most cells of an import are."""

    def clean_text(raw: str) -> str:
        if len(raw) <= max_length and raw.isascii() and raw.isprintable() and "  " not in raw:
            return raw.strip()
        return _limited(max_length, _clean_text, raw)

    return clean_text


def _limited(max_length: int, read: Callable[[str], str], raw: str) -> str:
    text = read(raw)
    if len(text) > max_length:
        raise CleaningError(_too_long(text, max_length))
    return text


def _too_long(text: str, max_length: int) -> str:
    words = gettext("This is too long: %(number)s characters, and at most %(most)s fit.")
    return words % {"number": grouped(len(text)), "most": grouped(max_length)}


def _given_or_empty(read: Callable[[str], str], raw: str) -> str:
    text = _clean_text(raw)
    return "" if not text or text.lower() in _PLACEHOLDERS else read(text)


def _given_or_none[T](read: Callable[[str], T], raw: str) -> T | None:
    text = _clean_text(raw)
    return None if not text or text.lower() in _PLACEHOLDERS else read(text)


def _clean_text(raw: str) -> str:
    if raw.isascii() and raw.isprintable():  # most texts
        return raw.strip() if "  " not in raw else " ".join(raw.split())
    if _REFUSED.search(raw):
        raise CleaningError(
            gettext("This holds a character that is no text (such as NUL): the file or the copy is damaged.")
        )
    text = " ".join(_REMOVED.sub("", raw).split())
    if len(text) > _LONGEST_NORMALISED:
        return text  # no field takes it
    return " ".join(unicodedata.normalize("NFC", text).split())


def _clean_email(raw: str) -> str:
    text = _clean_text(raw)
    if not text.isascii() and len(text) <= _LONGEST_NORMALISED:
        text = unicodedata.normalize("NFKC", text)  # full-width letters of East Asian keyboards
    text = text.lower().removeprefix("mailto:").strip()
    if not text or text in _PLACEHOLDERS:
        return ""
    if in_brackets := _EMAIL_IN_BRACKETS.fullmatch(text):
        text = in_brackets[1].strip()
    if len(text) > 320 or not _EMAIL.fullmatch(text):
        raise CleaningError(gettext("This is not an e-mail address; it should look like name@example.com."))
    return text


def _clean_phone(raw: str) -> str:
    """As given: people know how they write their numbers. Some exports put an apostrophe before a plus sign."""
    text = _APOSTROPHE_BEFORE_NUMBER.sub("", _clean_text(raw), count=1)
    if not text or text.lower() in _PLACEHOLDERS:
        return ""
    if not _DIGIT.search(text):
        raise CleaningError(gettext("This is not a phone number: it has no digit."))
    return text


def _clean_choice(field: Field, text: str) -> str:
    known = {_choice_key(choice): choice for choice in field.choices}
    if choice := known.get(_choice_key(text)):
        return choice
    if field.open_choices:
        return text
    raise CleaningError(
        gettext("This is not one of: %(choices)s.") % {"choices": ", ".join(map(field.shown, field.choices))}
    )


def _choice_key(text: str) -> str:
    """`C suite` and `C-Suite` are one choice."""
    return "".join(character for character in text.casefold() if character.isalnum())


def _clean_boolean(text: str) -> bool:
    word = text.lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise CleaningError(gettext("This is neither yes nor no."))


def _clean_list(items: Callable[[str], tuple[str, ...]], raw: str) -> list[str]:
    return list(items(raw))


def _items(max_length: int, raw: str) -> tuple[str, ...]:
    """The items in their order, each once whatever its case."""
    items: dict[str, str] = {}
    parts = _SEPARATORS.split(raw) if _RARE_SEPARATORS.search(raw) else raw.split(",")
    for part in parts:
        item = _clean_text(part)
        if not item:
            continue
        if len(item) > max_length:
            raise CleaningError(_too_long(item, max_length))
        items.setdefault(item.casefold(), item)
    if len(items) > MAX_LIST_ITEMS:
        raise CleaningError(too_many_items(len(items)))
    return tuple(items.values())


def too_many_items(number: int) -> str:
    words = gettext("These are %(number)s items, and at most %(most)s fit.")
    return words % {"number": grouped(number), "most": grouped(MAX_LIST_ITEMS)}
