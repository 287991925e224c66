"""Countries, their cities, the cultures of their people, and telephone numbers that are kept for fiction."""

from dataclasses import dataclass
from typing import Any

from apps.contacts.seeding import words
from apps.contacts.seeding.weighted import slots

COUNTRY_BITS = 12
CITY_BITS = 8
CULTURE_BITS = 5
PHONE_BITS = 6


@dataclass(frozen=True, slots=True)
class City:
    copy_text: str  # COPY text of name, state, country
    landlines: list[str]  # slots for PHONE_BITS; all '' where no number is kept for fiction
    mobiles: list[str]


@dataclass(frozen=True, slots=True)
class Country:
    name: str
    cities: list[City]  # slots for CITY_BITS
    cultures: list[str]  # slots for CULTURE_BITS


def countries() -> list[Country]:
    """Slots for COUNTRY_BITS."""
    entries = words.read("places")["country"]
    return slots(
        [_country(entry) for entry in entries], [entry["weight"] for entry in entries], bits=COUNTRY_BITS
    )


def _country(entry: dict[str, Any]) -> Country:
    cities = [_city(city, entry) for city in entry["cities"]]
    return Country(
        entry["name"],
        slots(cities, [1.0 / (rank + 1.5) for rank in range(len(cities))], bits=CITY_BITS),
        slots(list(entry["cultures"]), list(entry["cultures"].values()), bits=CULTURE_BITS),
    )


def _city(city: str, country: dict[str, Any]) -> City:
    name, state, landline = city.split("|")
    # In North America a mobile number looks like any other.
    mobile = country.get("mobile") or (landline if landline.startswith("+1 ") else "")
    return City(f"{name}\t{state}\t{country['name']}", _numbers(landline), _numbers(mobile))


def _numbers(pattern: str) -> list[str]:
    return [_filled(pattern, number * 7919) for number in range(1 << PHONE_BITS)]


def _filled(pattern: str, number: int) -> str:
    """The pattern with its #s replaced by the last digits of the number."""
    while "#" in pattern:
        number, digit = divmod(number, 10)
        head, _, tail = pattern.rpartition("#")
        pattern = f"{head}{digit}{tail}"
    return pattern
