"""Numbers as people and spreadsheets write them: 1,234 · 1 000 · $18.4M · 2.5B · 1.84E+07."""

import re
from decimal import Decimal

from django.utils.translation import gettext

from apps.contacts.cleaning.errors import CleaningError
from apps.core.local_figures import grouped

_LONGEST = 60  # characters; no number that fits is longer
_FOREIGN = re.compile(r"[€£¥₹]|\b(?:EUR|GBP|JPY|INR|CHF|CAD|AUD)\b", re.IGNORECASE)
_DOLLARS = re.compile(r"^(?:US\$|USD|\$)\s*|\s*(?:US\$|USD|\$)$", re.IGNORECASE)
_SUFFIXES = {
    "": 1,
    "k": 10**3,
    "thousand": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "million": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "t": 10**12,
    "trillion": 10**12,
}
_NUMBER = re.compile(r"(?P<digits>\d[\d.,]*)(?P<exponent>e[+-]?\d{1,3})?\s*(?P<suffix>[a-z]*)", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:(?P<mark>[.,])\d{3})(?:(?P=mark)\d{3})*")
_RANGE = re.compile(r"\d[\d,.]*\s*(?:-|–|to|\.\.)\s*\d[\d,.]*|\d[\d,.]*\s*\+", re.IGNORECASE)


def clean_amount(text: str, *, limit: int, is_money: bool) -> int:
    """A whole number from 0 to `limit`; money is rounded to whole dollars."""
    if text.isascii() and text.isdigit() and len(text) < 10:  # most cells; any limit holds nine digits
        return int(text)
    if len(text) > _LONGEST:
        raise CleaningError(gettext("This is not a number: it is too long."))
    if is_money and _FOREIGN.search(text):
        raise CleaningError(gettext("This names another currency; amounts are in US dollars."))
    bare = (_DOLLARS.sub("", text) if is_money else text).strip()
    if bare.startswith(("-", "−", "(")):
        raise CleaningError(gettext("This is a negative number; only 0 and above make sense here."))
    if _RANGE.fullmatch(bare):
        raise CleaningError(gettext("This is a range; give one number, such as 120."))
    value = _value_of(bare.removeprefix("+"), is_money=is_money)
    if value > limit:
        raise CleaningError(
            gettext("This number is too large; at most %(most)s fits.") % {"most": grouped(int(limit))}
        )
    return int(value)


def _value_of(bare: str, *, is_money: bool) -> Decimal:
    match = _NUMBER.fullmatch(re.sub(r"(?<=\d)[\s'’](?=\d{3}(?!\d))", "", bare))
    factor = _SUFFIXES.get(match["suffix"].lower()) if match else None
    if not match or factor is None or not match["digits"].isascii():
        raise CleaningError(
            gettext("This is not a number, such as 1200000 or $1.2M.")
            if is_money
            else gettext("This is not a number, such as 1200.")
        )
    value = _decimal(match["digits"]).scaleb(int((match["exponent"] or "e0")[1:])) * factor
    if is_money:
        return value.quantize(Decimal(1)) if value < 10**25 else value
    if value != value.to_integral_value():
        raise CleaningError(gettext("This is not a whole number."))
    return value


def _decimal(digits: str) -> Decimal:
    """`digits` with commas or dots as thousands or decimal marks; 1.234 alone may be either, so it is refused."""
    grouped = _GROUPED.fullmatch(digits)
    if grouped and (grouped["mark"] == "," or digits.count(".") > 1):
        return Decimal(re.sub("[.,]", "", digits))
    if grouped:
        raise CleaningError(
            gettext("This may mean thousands or a fraction; write it without a dot, or as 1,234.")
        )
    whole, _, fraction = (
        digits.rpartition(".") if digits.rfind(".") > digits.rfind(",") else digits.rpartition(",")
    )
    if not whole:
        whole, fraction = fraction, "0"
    if whole.isdigit() or _GROUPED.fullmatch(whole):
        return Decimal(f"{re.sub('[.,]', '', whole)}.{fraction or 0}")
    raise CleaningError(gettext("This is not a number: its commas and dots are in odd places."))
