"""Notes as the record, its timeline and a note's own page show them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString

from apps.accounts.access import Access
from apps.contacts.notes.markdown import note_html
from apps.contacts.notes.models import Note
from apps.contacts.notes.queries import may_delete, may_edit, notes_of, versions_of

MOST_NOTES = 50


@dataclass(frozen=True, slots=True)
class ShownNote:
    id: int
    author: str  # '' for somebody who is gone
    text: str
    when: datetime
    edited_at: datetime | None
    version: int
    key: UUID | None
    can_edit: bool
    can_delete: bool

    @property
    def html(self) -> SafeString:
        return note_html(self.text)


@dataclass(frozen=True, slots=True)
class ShownVersion:
    text: str
    when: datetime

    @property
    def html(self) -> SafeString:
        return note_html(self.text)


def shown_note(note: Note, access: Access) -> ShownNote:
    return ShownNote(
        id=note.pk,
        author=note.author.display_name if note.author else "",
        text=note.text,
        when=note.created_at,
        edited_at=note.edited_at,
        version=note.version,
        key=note.key,
        can_edit=may_edit(note, access),
        can_delete=may_delete(note, access),
    )


def shown_notes(contact_id: int, access: Access) -> list[ShownNote]:
    """The latest notes on a contact, newest first."""
    return [shown_note(note, access) for note in notes_of(contact_id, access)[:MOST_NOTES]]


def shown_versions(note: Note) -> list[ShownVersion]:
    """How a note read before, newest first."""
    return [ShownVersion(version.text, version.written_at) for version in versions_of(note)]
