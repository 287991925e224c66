"""Values of a field as somebody types one."""

from django.http import Http404

from apps.accounts.access import Access
from apps.contacts.facets.queries import Option, matching_values
from apps.contacts.fields import FIELDS, LOCATION_FIELDS
from apps.contacts.joint_fields import LOCATION
from apps.contacts.queries import industries_matching, owners_matching

MOST_OPTIONS = 20
LONGEST_TEXT = 200


def options_matching(field: str, text: str, access: Access) -> list[Option]:
    """Values of a field that hold a text, one more than are shown.

    Raises Http404 for a field that is no option list or may not be read.
    """
    text = " ".join(text.split())[:LONGEST_TEXT]
    most = MOST_OPTIONS + 1
    if field == LOCATION:
        places = [name for name in LOCATION_FIELDS if access.can_read(name)]
        if not places:
            raise Http404
        found = [option for place in places for option in matching_values(place, text, most)]
        return sorted(_without_repeats(found), key=lambda option: -option.n)[:most]
    if not access.can_read(field) or field not in FIELDS or not FIELDS[field].faceted:
        raise Http404
    if field == "industry":
        return industries_matching(text, most)
    if field == "owner":
        return owners_matching(text, most)
    return matching_values(field, text, most)


def _without_repeats(options: list[Option]) -> list[Option]:
    """A value that is both a city and a state stands for both."""
    sums: dict[str, int] = {}
    for option in options:
        sums[option.value] = max(sums.get(option.value, 0), option.n)
    return [Option(value, n) for value, n in sums.items()]
