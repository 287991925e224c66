"""Phone numbers as they are dialled and compared: E.164 where a number parses, and a key that spellings share.

What a number means is decided in one place, in the database (a360_e164() and a360_phone_key() of migration 0006), so
that a form, an import, an undo and a search cannot disagree; docs/decisions/0005-phone-numbers.md has the rules.
"""

import re
from collections.abc import Iterable, Iterator

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.lookups import Exact, In

from apps.contacts.fields import FIELDS, Kind

PHONES = tuple(field.name for field in FIELDS.values() if field.kind is Kind.PHONE)
# The switchboard stands where the company does; every other phone where the person is.
_OF_THE_COMPANY = frozenset({"company_phone", "corporate_phone"})

FEWEST_DIGITS = 7  # of a number somebody looks for; fewer are a house, a year, an extension
MOST_DIGITS = 20  # 15, an international prefix and an extension
_SIGNS = r"0-9+.()\[\]\-\u00a0\u2009\u202f\u2010-\u2014\u2212"
_PART_OF_A_NUMBER = re.compile(rf"(?:[{_SIGNS},;]|ext(?:ension|n)?|[x#])+", re.IGNORECASE)
_NUMBER = re.compile(
    rf"[{_SIGNS}\s]+(?:[;,]?\s*(?:ext(?:ension|n)?|[x#])[\s.:=#]*[0-9]{{1,7}})?", re.IGNORECASE
)


class E164(Func):
    """The SQL function a360_e164 of a phone and, where known, its country and state; '' where it is not clear."""

    function = "a360_e164"
    output_field = models.CharField(max_length=16)


class PhoneKey(Func):
    """The SQL function a360_phone_key of a phone and its E.164 form: equal for every spelling of a number."""

    function = "a360_phone_key"
    arity = 2
    output_field = models.TextField()


def e164_column(phone: str) -> str:
    """The generated column beside a phone."""
    return f"{phone}_e164"


def place_of(phone: str) -> tuple[str, str]:
    """The country and state by which a national number is understood."""
    return ("company_country", "company_state") if phone in _OF_THE_COMPANY else ("country", "state")


def phone_key(phone: str) -> PhoneKey:
    return PhoneKey(F(phone), F(e164_column(phone)))


def looks_like_a_number(text: str) -> bool:
    """Whether a person who wrote this meant a whole phone number."""
    digits = sum(sign in "0123456789" for sign in text)
    return FEWEST_DIGITS <= digits <= MOST_DIGITS and bool(_NUMBER.fullmatch(text.strip()))


def is_part_of_a_number(word: str) -> bool:
    """Whether a word may stand in a phone number that is written with spaces."""
    return bool(_PART_OF_A_NUMBER.fullmatch(word))


def numbers_among(words: Iterable[str]) -> Iterator[list[str]]:
    """The words in their order, those of one phone number together: `Ana (202) 555-0143` is [Ana] [(202) 555-0143]."""
    number: list[str] = []
    for word in [*words, ""]:
        if is_part_of_a_number(word):
            number.append(word)
            continue
        if looks_like_a_number(" ".join(number)):
            yield number
        else:
            yield from ([part] for part in number)
        number = []
        if word:
            yield [word]


def own_e164(phone: str, *, knows_place: bool) -> E164 | F:
    """The E.164 form of a phone for somebody.

    Of a number written nationally it tells the country. Who may not read that gets what the number itself says.
    """
    return F(e164_column(phone)) if knows_place else E164(F(phone))


def is_number(phone: str, text: str, *, knows_place: bool) -> Q:
    """The phone is the number that `text` spells: the same digits, and no other country if both tell theirs."""
    held = own_e164(phone, knows_place=knows_place)
    typed = E164(Value(text))
    is_compatible = Q(In(typed, [Value(""), held])) | Q(Exact(held, Value("")))
    same = Q(Exact(phone_key(phone), PhoneKey(Value(text), typed))) & is_compatible
    if text[:1].isdigit():  # an address bar takes the plus off
        typed = E164(Value(f"+{text}"))
        same |= Q(Exact(phone_key(phone), PhoneKey(Value(f"+{text}"), typed))) & Q(Exact(held, typed))
    # As the index has it, which knows no empty phones.
    return Q((f"{phone}__gt", "")) & same
