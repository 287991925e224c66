"""What people do to contacts: one function for each act, each a transaction and an entry in the operation log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from apps.accounts.access import Access, Capability
from apps.contacts.cleaning import MAX_LIST_ITEMS, CleaningError, too_many_items
from apps.contacts.fields import CUSTOM, FIELDS
from apps.contacts.history.log import operation
from apps.contacts.history.models import Operation
from apps.contacts.history.queries import changed_since
from apps.contacts.models import Contact

# Constraints that people can run into, and the field each is about.
UNIQUE_KEYS = {
    "contacts_contact_email_unique": "email",
    "contacts_contact_linkedin_unique": "person_linkedin_url",
    "contacts_contact_contact_id_unique": "contact_id",
}


class ContactGone(Exception):
    """The contact does not exist, or not any more."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that somebody else changed since the form was opened, and that the form would change back."""

    field: str
    theirs: Any
    mine: Any
    changed_by: str
    changed_at: datetime


class ConflictingEdit(Exception):
    """Somebody else changed the same fields first. `version` is the contact's version now."""

    def __init__(self, conflicts: list[Conflict], version: int) -> None:
        super().__init__("Somebody else changed the same fields.")
        self.conflicts = conflicts
        self.version = version


class DuplicateKey(Exception):
    """Another contact already has this e-mail, LinkedIn page or contact id."""

    def __init__(self, field: str) -> None:
        super().__init__(_("Another contact has the same %(field)s.") % {"field": FIELDS[field].label})
        self.field = field


def create_contact(*, access: Access, values: Mapping[str, Any], reason: str = "") -> Contact:
    """Make a contact of the values this person may edit. Raises AccessDenied, DuplicateKey."""
    access.require(Capability.CREATE)
    contact = Contact(**_attributes(_editable(values, access)))
    with operation(Operation.Kind.CREATE, access=access, reason=reason):
        _save(contact)
    return contact


def edit_contact(
    contact_id: int, *, access: Access, values: Mapping[str, Any], seen_version: int, reason: str = ""
) -> Contact:
    """Set the values that differ from what the person saw at `seen_version`.

    A field that somebody else changed in the meantime to something else raises ConflictingEdit, and nothing is written;
    their changes to other fields stay. Raises AccessDenied, ContactGone, DuplicateKey.
    """
    access.require(Capability.EDIT)
    with operation(Operation.Kind.EDIT, access=access, reason=reason):
        contact = Contact.objects.select_for_update().filter(pk=contact_id).first()
        if contact is None:
            raise ContactGone
        changed = _changed_values(contact, _editable(values, access), seen_version)
        for name, value in _attributes(changed).items():
            setattr(contact, name, value)
        if changed:
            _save(contact, update_fields=list(changed))
    return contact


def retag_contact(
    contact_id: int, *, access: Access, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> Contact:
    """Add tags to those that are there at that moment, and take some away; a tag in other letters is the same.

    So nobody's tags are lost when two people tag at once. Raises AccessDenied, ContactGone, CleaningError.
    """
    access.require(Capability.EDIT)
    with operation(Operation.Kind.EDIT, access=access):
        contact = Contact.objects.select_for_update().filter(pk=contact_id).first()
        if contact is None:
            raise ContactGone
        gone = {tag.casefold() for tag in remove}
        tags = {tag.casefold(): tag for tag in contact.tags if tag.casefold() not in gone}
        for tag in add:
            tags.setdefault(tag.casefold(), tag)
        if len(tags) > max(MAX_LIST_ITEMS, len(contact.tags)):
            raise CleaningError(too_many_items(len(tags)))
        values = {"tags": list(tags.values())}
        return edit_contact(contact_id, access=access, values=values, seen_version=contact.version)


def delete_contacts(contact_ids: Sequence[int], *, access: Access, reason: str = "") -> int:
    """Move contacts to the trash; says how many. Raises AccessDenied."""
    access.require(Capability.DELETE)
    with operation(Operation.Kind.DELETE, access=access, reason=reason):
        deleted, _ = Contact.objects.filter(pk__in=contact_ids)._raw_delete("default"), None
    return int(deleted)


def _editable(values: Mapping[str, Any], access: Access) -> dict[str, Any]:
    """Of the given values those that are fields, writable by people, and by this person."""
    return {
        name: value
        for name, value in values.items()
        if access.can_edit(name) and (name == CUSTOM or (name in FIELDS and FIELDS[name].is_writable))
    }


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    """Model attributes of field values; a reference's value is its id."""
    references = {"industry": "industry_id", "owner": "owner_id"}
    return {references.get(name, name): value for name, value in values.items()}


def _changed_values(contact: Contact, values: dict[str, Any], seen_version: int) -> dict[str, Any]:
    """The values to write: what this person changed, compared with what they saw. Raises ConflictingEdit."""
    now = {
        name: getattr(contact, attribute) for name, attribute in zip(values, _attributes(values), strict=True)
    }
    # A version that has not been yet was not seen: as if nothing had been.
    seen = seen_version if seen_version <= contact.version else 0
    since = {change.field: change for change in changed_since(contact.pk, seen)}
    changed: dict[str, Any] = {}
    conflicts: list[Conflict] = []
    for name, mine in values.items():
        theirs = since.get(name)
        if mine == now[name] or (theirs is not None and mine == theirs.value_then):
            continue  # already so, or untouched by this person while somebody else changed it
        if theirs is not None:
            conflicts.append(Conflict(name, now[name], mine, theirs.changed_by, theirs.changed_at))
        changed[name] = mine
    if conflicts:
        raise ConflictingEdit(conflicts, contact.version)
    return changed


def _save(contact: Contact, update_fields: list[str] | None = None) -> None:
    """Save, turning the name of a violated constraint into a word about the field."""
    try:
        contact.save(update_fields=update_fields)
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if name in UNIQUE_KEYS:
            raise DuplicateKey(UNIQUE_KEYS[name]) from error
        raise
