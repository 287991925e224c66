"""What an undo or a restore left as it was, as far as a person may know of it."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_noop

from apps.accounts.access import Access
from apps.contacts.history.columns import label_of
from apps.contacts.history.models import KeptValue

# A deleted contact whose key another one has now; the field says which key.
STAYS_DELETED = gettext_noop("It stays deleted: another contact has the same value now.")
_STAYS_DELETED_FOR_SOME_KEY = gettext_noop("It stays deleted: another contact is in its place.")


@dataclass(frozen=True, slots=True)
class Kept:
    """`field` is '' for a whole contact."""

    contact_id: int
    field: str
    label: str
    reason: str


def kept_values(operation_id: int, access: Access, limit: int = 1000) -> list[Kept]:
    return [_kept(value, access) for value in _readable(operation_id, access).order_by("id")[:limit]]


def kept_count(operation_id: int, access: Access) -> int:
    return _readable(operation_id, access).count()


def _readable(operation_id: int, access: Access) -> QuerySet[KeptValue]:
    return KeptValue.objects.filter(
        Q(field__in=["", *access.readable]) | Q(reason=STAYS_DELETED), operation_id=operation_id
    )


def _kept(value: KeptValue, access: Access) -> Kept:
    if value.field and not access.can_read(value.field):
        return Kept(value.contact_id, "", label_of(""), gettext(_STAYS_DELETED_FOR_SOME_KEY))
    return Kept(value.contact_id, value.field, label_of(value.field), gettext(value.reason))
