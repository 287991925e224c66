"""What people do to notes. Each edit keeps the text before it; a deletion can be taken back."""

from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.accounts.access import Access, Capability
from apps.contacts.models import Contact
from apps.contacts.notes.models import Note, NoteVersion
from apps.contacts.notes.queries import may_delete, may_edit


class NoteGone(Exception):
    """There is no such note on this contact, or no such contact."""


class ConflictingNoteEdit(Exception):
    """The note was edited since the form was opened. `note` is how it reads now."""

    def __init__(self, note: Note) -> None:
        super().__init__("The note was edited meanwhile.")
        self.note = note


class NotYourNote(PermissionDenied):
    """Somebody else wrote it; the view layer answers 403."""


def add_note(contact_id: int, *, access: Access, text: str, key: UUID | None = None) -> Note:
    """Write a note on a contact; again with the same key: the note that is there. Raises AccessDenied, NoteGone."""
    access.require(Capability.EDIT)
    if not Contact.objects.filter(pk=contact_id).exists():
        raise NoteGone
    once = {"contact_id": contact_id, "author_id": access.user_id, "key": key}
    if key is None:
        return Note.objects.create(**once, text=text)
    try:
        with transaction.atomic():
            return Note.objects.create(**once, text=text)
    except IntegrityError:
        return Note.objects.get(**once)


@transaction.atomic
def edit_note(contact_id: int, note_id: int, *, access: Access, text: str, seen_version: int) -> Note:
    """Replace the text that was seen at `seen_version`, and keep it as a version.

    Raises AccessDenied, NotYourNote, NoteGone, ConflictingNoteEdit.
    """
    access.require(Capability.EDIT)
    note = _locked(contact_id, note_id)
    if note.deleted_at:
        raise NoteGone
    if not may_edit(note, access):
        raise NotYourNote(_("Only who wrote a note can change it."))
    if note.text == text:
        return note  # sent twice, or nothing was changed
    if note.version != seen_version:
        raise ConflictingNoteEdit(note)
    NoteVersion.objects.create(
        note=note, version=note.version, text=note.text, written_at=note.edited_at or note.created_at
    )
    note.text, note.version, note.edited_at = text, note.version + 1, datetime.now(UTC)
    note.save(update_fields=["text", "version", "edited_at"])
    return note


@transaction.atomic
def delete_note(contact_id: int, note_id: int, *, access: Access) -> None:
    """Take a note off the record; restore_note brings it back. Raises AccessDenied, NotYourNote, NoteGone."""
    _set_deleted(contact_id, note_id, access, datetime.now(UTC))


@transaction.atomic
def restore_note(contact_id: int, note_id: int, *, access: Access) -> None:
    """Put a deleted note back. Raises AccessDenied, NotYourNote, NoteGone."""
    _set_deleted(contact_id, note_id, access, None)


def _set_deleted(contact_id: int, note_id: int, access: Access, moment: datetime | None) -> None:
    access.require(Capability.EDIT)
    note = _locked(contact_id, note_id)
    if not may_delete(note, access):
        raise NotYourNote(_("Only who wrote a note, or who manages users, can delete it."))
    if (note.deleted_at is None) is not (moment is None):
        note.deleted_at = moment
        note.save(update_fields=["deleted_at"])


def _locked(contact_id: int, note_id: int) -> Note:
    note = Note.objects.select_for_update().filter(pk=note_id, contact_id=contact_id).first()
    if note is None or not Contact.objects.filter(pk=contact_id).exists():
        raise NoteGone
    return note
