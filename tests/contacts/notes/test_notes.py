"""Notes: written once, edited by their author, kept as they read before, deleted and brought back."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from apps.accounts.access import Access, AccessDenied
from apps.accounts.models import AdminUser
from apps.contacts.history.queries import operation_summary
from apps.contacts.history.undo import restore, undo
from apps.contacts.models import Contact, Note, NoteVersion, Operation
from apps.contacts.notes.markdown import note_html
from apps.contacts.notes.operations import (
    ConflictingNoteEdit,
    NoteGone,
    NotYourNote,
    add_note,
    delete_note,
    edit_note,
    restore_note,
)
from apps.contacts.operations import delete_contacts

type SignIn = Callable[[AdminUser], Client]
type MakeContact = Callable[..., Contact]


@pytest.fixture
def ann(make_contact: MakeContact) -> Contact:
    return make_contact(first_name="Ann")


@pytest.fixture
def note(ann: Contact, user: AdminUser) -> Note:
    return add_note(ann.pk, access=Access.of(user), text="Likes tea")


def path(note: Note, act: str = "") -> str:
    return f"/contacts/{note.contact_id}/notes/{note.pk}/{act}"


def test_a_form_that_is_sent_twice_makes_one_note(sign_in: SignIn, user: AdminUser, ann: Contact) -> None:
    client = sign_in(user)
    sent = {"text": "Likes tea", "key": str(uuid4())}
    for _ in range(2):
        assert client.post(f"/contacts/{ann.pk}/notes/", sent).status_code == 302
    client.post(f"/contacts/{ann.pk}/notes/", {"text": "Likes tea", "key": "broken"})
    assert Note.objects.count() == 2


def test_the_same_key_of_another_person_or_contact_is_another_note(
    user: AdminUser, manager: AdminUser, ann: Contact, make_contact: MakeContact
) -> None:
    key = uuid4()
    bob = make_contact(first_name="Bob")
    for person, contact in ((user, ann), (manager, ann), (user, bob)):
        add_note(contact.pk, access=Access.of(person), text="x", key=key)
    assert Note.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_note_that_is_sent_twice_at_once_is_one(user: AdminUser, ann: Contact) -> None:
    key, start = uuid4(), Barrier(2)

    def send() -> None:
        start.wait(10)
        add_note(ann.pk, access=Access.of(user), text="Likes tea", key=key)
        connection.close()

    senders = [Thread(target=send) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(20)
    assert Note.objects.count() == 1


def test_a_preview_is_what_the_note_will_be_and_keeps_nothing(
    sign_in: SignIn, user: AdminUser, ann: Contact
) -> None:
    client = sign_in(user)
    text = "**tea**, see www.a.example <script>\r\n" + "x" * 30_000
    shown = client.post("/contacts/notes/preview/", {"text": text}).content.decode()
    assert not Note.objects.exists()
    client.post(f"/contacts/{ann.pk}/notes/", {"text": text})
    assert shown == note_html(Note.objects.get().text)
    assert shown.count("x") < 20_000


def test_previews_are_limited(sign_in: SignIn, user: AdminUser, settings: Any) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"search": {"account": (1, 60)}}
    client = sign_in(user)
    statuses = [client.post("/contacts/notes/preview/", {"text": "tea"}).status_code for _ in range(2)]
    assert statuses == [200, 429]


def test_an_edit_keeps_how_it_read_before(sign_in: SignIn, user: AdminUser, note: Note) -> None:
    client = sign_in(user)
    assert "edited" not in client.get(f"/contacts/{note.contact_id}/").content.decode()
    answer = client.post(path(note), {"text": "Likes **coffee**", "version": "1"})
    assert answer["Location"] == f"/contacts/{note.contact_id}/#notes"
    record = client.get(f"/contacts/{note.contact_id}/").content.decode()
    assert "Likes <strong>coffee</strong>" in record
    assert "edited" in record
    assert "Likes tea" in client.get(path(note)).content.decode()
    assert list(NoteVersion.objects.values_list("version", "text")) == [(1, "Likes tea")]


def test_an_edit_that_changes_nothing_is_no_version(user: AdminUser, note: Note) -> None:
    edit_note(note.contact_id, note.pk, access=Access.of(user), text="Likes tea", seen_version=1)
    assert not NoteVersion.objects.exists()


def test_an_edit_of_what_was_edited_meanwhile_loses_neither_text(
    sign_in: SignIn, user: AdminUser, note: Note
) -> None:
    client = sign_in(user)
    client.post(path(note), {"text": "From the first window", "version": "1"})
    answer = client.post(path(note), {"text": "From the second window", "version": "1"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "From the first window" in page
    assert "From the second window</textarea>" in page
    assert 'name="version" value="2"' in page
    assert Note.objects.get().text == "From the first window"
    with pytest.raises(ConflictingNoteEdit):
        edit_note(note.contact_id, note.pk, access=Access.of(user), text="x", seen_version=1)
    assert client.post(path(note), {"text": "Both", "version": "2"}).status_code == 302
    assert NoteVersion.objects.count() == 2


def test_nobody_puts_words_into_somebody_elses_note(sign_in: SignIn, admin: AdminUser, note: Note) -> None:
    client = sign_in(admin)
    assert "<textarea" not in client.get(path(note)).content.decode()
    assert client.post(path(note), {"text": "Hates tea", "version": "1"}).status_code == 403
    assert Note.objects.get().text == "Likes tea"


def test_the_author_and_who_manages_users_delete_and_bring_back(
    sign_in: SignIn, user: AdminUser, admin: AdminUser, note: Note
) -> None:
    for person in (user, admin):
        client = sign_in(person)
        page = client.post(path(note, "delete/"), follow=True).content.decode()
        assert "Note deleted." in page
        assert path(note, "restore/") in page
        assert "Likes tea" not in page
        assert client.get(path(note)).status_code == 404
        assert client.post(path(note), {"text": "x", "version": "1"}).status_code == 404
        client.post(path(note, "delete/"))  # once more
        page = client.post(path(note, "restore/"), follow=True).content.decode()
        assert "Likes tea" in page


def test_others_do_not_delete_it(sign_in: SignIn, manager: AdminUser, note: Note) -> None:
    client = sign_in(manager)
    for act in ("delete/", "restore/"):
        assert client.post(path(note, act)).status_code == 403
    assert Note.objects.get().deleted_at is None


def test_a_note_is_found_under_its_own_contact_only(
    sign_in: SignIn, user: AdminUser, note: Note, make_contact: MakeContact
) -> None:
    bob = make_contact(first_name="Bob")
    client = sign_in(user)
    elsewhere = f"/contacts/{bob.pk}/notes/{note.pk}/"
    assert client.get(elsewhere).status_code == 404
    assert client.post(elsewhere, {"text": "x", "version": "1"}).status_code == 404
    assert client.post(f"{elsewhere}delete/").status_code == 404
    assert Note.objects.get().text == "Likes tea"


def test_a_note_on_a_contact_in_the_trash_stays_as_it_is(
    sign_in: SignIn, user: AdminUser, manager: AdminUser, note: Note
) -> None:
    delete_contacts([note.contact_id], access=Access.of(manager))
    client = sign_in(user)
    for act, data in (("", {"text": "x", "version": "1"}), ("delete/", {}), ("restore/", {})):
        assert client.post(path(note, act), data).status_code == 404
    note.refresh_from_db()
    assert (note.text, note.deleted_at) == ("Likes tea", None)


def test_without_the_right_to_edit_nothing_is_written(user: AdminUser, note: Note) -> None:
    user.capability_overrides = {"edit": False}
    user.save()
    access = Access.of(user)
    for act in (
        lambda: add_note(note.contact_id, access=access, text="x"),
        lambda: edit_note(note.contact_id, note.pk, access=access, text="x", seen_version=1),
        lambda: delete_note(note.contact_id, note.pk, access=access),
        lambda: restore_note(note.contact_id, note.pk, access=access),
    ):
        with pytest.raises(AccessDenied):
            act()


def test_errors_name_what_is_wrong(user: AdminUser, manager: AdminUser, note: Note) -> None:
    with pytest.raises(NotYourNote):
        edit_note(note.contact_id, note.pk, access=Access.of(manager), text="x", seen_version=1)
    with pytest.raises(NoteGone):
        add_note(10**9, access=Access.of(user), text="x")
    delete_note(note.contact_id, note.pk, access=Access.of(user))
    with pytest.raises(NoteGone):
        edit_note(note.contact_id, note.pk, access=Access.of(user), text="x", seen_version=1)


def test_an_emptied_note_asks_for_words(sign_in: SignIn, user: AdminUser, note: Note) -> None:
    answer = sign_in(user).post(path(note), {"text": "  \0 ", "version": "1"})
    assert answer.status_code == 422
    assert "needs some words" in answer.content.decode()


def test_versions_are_only_added_to(user: AdminUser, note: Note) -> None:
    edit_note(note.contact_id, note.pk, access=Access.of(user), text="Likes coffee", seen_version=1)
    for act in (lambda: NoteVersion.objects.update(text="never"), NoteVersion.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert NoteVersion.objects.get().text == "Likes tea"


def test_notes_outlive_a_deletion_a_restore_and_an_undo_of_their_contact(
    sign_in: SignIn, manager: AdminUser, user: AdminUser, note: Note
) -> None:
    access = Access.of(manager)
    edit_note(note.contact_id, note.pk, access=Access.of(user), text="Likes coffee", seen_version=1)
    client = sign_in(manager)

    def is_there() -> bool:
        return "Likes coffee" in client.get(f"/contacts/{note.contact_id}/").content.decode()

    delete_contacts([note.contact_id], access=access)
    assert client.get(f"/contacts/{note.contact_id}/").status_code == 404
    restore([note.contact_id], access=access)
    assert is_there()
    delete_contacts([note.contact_id], access=access)
    deleting = Operation.objects.filter(kind="delete").order_by("-pk")[0]
    undo(deleting, access=access)
    assert is_there()
    assert operation_summary(deleting.pk, access) is not None
    assert NoteVersion.objects.count() == 1
