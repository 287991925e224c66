"""What colleagues write about contacts, and how each note read before."""

from django.conf import settings
from django.db import models


class Note(models.Model):
    """What a colleague wrote about a contact. It outlives a deletion of the contact, for the restore."""

    contact = models.ForeignKey(
        "contacts.Contact", on_delete=models.DO_NOTHING, db_constraint=False, related_name="notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    # Drawn by the form: a form that is sent twice makes one note.
    key = models.UUIDField(null=True, editable=False)
    version = models.IntegerField(default=1, db_default=1)
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["contact", "-created_at"], name="contacts_note_of_contact")]
        constraints = [
            models.UniqueConstraint(fields=["contact", "author", "key"], name="contacts_note_once")
        ]

    def __str__(self) -> str:
        return self.text[:80]


class NoteVersion(models.Model):
    """How a note read until it was edited. Only added to: the database refuses to change or remove one."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="versions")
    version = models.IntegerField()
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "version"], name="contacts_note_version_once")]

    def __str__(self) -> str:
        return self.text[:80]
