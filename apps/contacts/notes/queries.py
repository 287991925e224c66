"""Finding notes under an Access: whoever may see a contact may read what was written about it."""

from django.db.models import QuerySet

from apps.accounts.access import Access, Capability
from apps.contacts.notes.models import Note, NoteVersion


def notes_of(contact_id: int, access: Access) -> QuerySet[Note]:
    """The notes on a contact that are not deleted, newest first."""
    if not access.can(Capability.BROWSE):
        return Note.objects.none()
    notes = Note.objects.filter(contact_id=contact_id, deleted_at=None)
    return notes.select_related("author").order_by("-created_at", "-pk")


def find_note(contact_id: int, note_id: int, access: Access) -> Note | None:
    """One note of a contact; None when there is none, or it is deleted."""
    return notes_of(contact_id, access).filter(pk=note_id).first()


def versions_of(note: Note) -> list[NoteVersion]:
    """How a note read before, newest first."""
    return list(NoteVersion.objects.filter(note=note).order_by("-version"))


def may_edit(note: Note, access: Access) -> bool:
    """A note says who wrote it, so nobody else puts words into it."""
    return access.can(Capability.EDIT) and access.user_id is not None and note.author_id == access.user_id


def may_delete(note: Note, access: Access) -> bool:
    """The author; and who looks after people, for what should not have been written."""
    may_write = access.can(Capability.EDIT) and not access.is_looking
    return may_edit(note, access) or (may_write and access.can(Capability.MANAGE_USERS))
