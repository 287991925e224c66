"""What is on, above the table: one chip for each filter, each with the address of the list without it."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from apps.contacts.fields import Operator
from apps.contacts.joint_fields import field_of
from apps.contacts.pages.addresses import list_href
from apps.contacts.search import Filter, Search
from apps.core.local_figures import grouped

_MOST_VALUES = 3


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    text: str
    is_exclusion: bool
    rest: Search  # the search without it

    @property
    def remove_href(self) -> str:
        return list_href(self.rest)


def chips_of(search: Search) -> list[Chip]:
    chips = [_chip(search, found) for found in search.filters]
    if search.text:
        words = f"“{search.text}”"
        if search.is_similar:
            words = _("like %(words)s") % {"words": words}
        chips.insert(0, Chip(_("Text"), words, False, replace(search, text="", cursor=None)))
    return chips


def _chip(search: Search, found: Filter) -> Chip:
    field = field_of(found.field)
    label = field.label
    rest = search.without(found)
    values = ", ".join(map(field.shown, found.raw[:_MOST_VALUES]))
    if len(found.raw) > _MOST_VALUES:
        values += f" +{len(found.raw) - _MOST_VALUES}"
    match found.operator:
        case Operator.NONE_OF:
            return Chip(_("Not %(field)s") % {"field": label.lower()}, values, True, rest)
        case Operator.EMPTY:
            return Chip(label, _("is empty") if found.values[0] else _("is filled in"), False, rest)
        case Operator.CONTAINS:
            return Chip(label, _("contains %(values)s") % {"values": values}, False, rest)
        case Operator.NOT_CONTAINS:
            return Chip(label, _("without %(values)s") % {"values": values}, True, rest)
        case Operator.GTE:
            return Chip(label, _("from %(value)s") % {"value": _grouped(values)}, False, rest)
        case Operator.LTE:
            return Chip(label, _("up to %(value)s") % {"value": _grouped(values)}, False, rest)
    return Chip(label, values, False, rest)


def _grouped(number: str) -> str:
    """5,000 for 5000; dates and amounts such as 10M stay as they were typed."""
    return grouped(int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else number
