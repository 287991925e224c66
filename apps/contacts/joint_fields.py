"""What people call by one word and the database keeps in several columns: a name, a phone, a place.

A search asks them as one field; each person is answered by those of the columns that they may read.
"""

from dataclasses import replace

from django.utils.translation import gettext_noop

from apps.accounts.access import Access
from apps.contacts.fields import FIELDS, LOCATION_FIELDS, Field, Operator
from apps.contacts.phones import PHONES

LOCATION = "location"
NAME = "name"
PHONE = "phone"

COLUMNS_OF: dict[str, tuple[str, ...]] = {
    NAME: ("first_name", "last_name"),
    PHONE: PHONES,
    LOCATION: LOCATION_FIELDS,
}
JOINT_FIELDS: dict[str, Field] = {
    NAME: replace(
        FIELDS["first_name"], name=NAME, english=gettext_noop("Name"), aliases=("full name", "person")
    ),
    PHONE: replace(
        FIELDS["work_direct_phone"],
        name=PHONE,
        english=gettext_noop("Phone"),
        aliases=("phone number", "telephone"),
    ),
    LOCATION: replace(FIELDS["city"], name=LOCATION, english=gettext_noop("Location"), aliases=("place",)),
}
# A name is written over two columns, and of the phones none is the one that is meant: what is equal or empty there?
_PARTS = (Operator.CONTAINS, Operator.NOT_CONTAINS)
_OPERATORS: dict[str, tuple[Operator, ...]] = {
    NAME: _PARTS,
    PHONE: (Operator.ANY_OF, Operator.NONE_OF, *_PARTS),
}


def field_of(name: str) -> Field:
    """The entry of a filter's field, which is the catalogue's or a joint one. Raises KeyError."""
    return JOINT_FIELDS.get(name) or FIELDS[name]


def readable_columns(name: str, access: Access) -> list[str]:
    """The columns behind a field that the person may read: of a joint field several, of another one itself or none."""
    return [column for column in COLUMNS_OF.get(name, (name,)) if access.can_read(column)]


def operators_of(name: str) -> tuple[Operator, ...]:
    return _OPERATORS.get(name) or field_of(name).operators
