"""What is on, above the table: one chip for each filter, each with the address of the list without it."""

from dataclasses import dataclass, replace

from apps.contacts.fields import FIELDS, Operator
from apps.contacts.pages.addresses import list_href
from apps.contacts.search import LOCATION, Filter, Search

_MOST_VALUES = 3


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    text: str
    is_exclusion: bool
    remove_href: str


def chips_of(search: Search) -> list[Chip]:
    chips = [_chip(search, found) for found in search.filters]
    if search.text:
        chips.insert(
            0, Chip("Text", f"“{search.text}”", False, list_href(replace(search, text="", cursor=None)))
        )
    return chips


def _chip(search: Search, found: Filter) -> Chip:
    label = "Location" if found.field == LOCATION else FIELDS[found.field].label
    href = list_href(search.without(found))
    values = ", ".join(found.raw[:_MOST_VALUES])
    if len(found.raw) > _MOST_VALUES:
        values += f" +{len(found.raw) - _MOST_VALUES}"
    match found.operator:
        case Operator.NONE_OF:
            return Chip(f"Not {label.lower()}", values, True, href)
        case Operator.EMPTY:
            return Chip(label, "is empty" if found.values[0] else "is filled in", False, href)
        case Operator.CONTAINS:
            return Chip(label, f"contains {values}", False, href)
        case Operator.GTE:
            return Chip(label, f"from {_grouped(values)}", False, href)
        case Operator.LTE:
            return Chip(label, f"up to {_grouped(values)}", False, href)
    return Chip(label, values, False, href)


def _grouped(number: str) -> str:
    """5,000 for 5000; dates and amounts such as 10M stay as they were typed."""
    return f"{int(number):,}" if number.isascii() and number.isdigit() and len(number) < 19 else number
