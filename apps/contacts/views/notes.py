"""Notes on a contact: writing, editing, deleting; a note's own page, with how it read before."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.notes.markdown import note_html
from apps.contacts.notes.models import Note
from apps.contacts.notes.operations import (
    ConflictingNoteEdit,
    NoteGone,
    add_note,
    delete_note,
    edit_note,
    restore_note,
)
from apps.contacts.notes.queries import find_note
from apps.contacts.pages.addresses import Origin
from apps.contacts.pages.notes import shown_note, shown_versions
from apps.contacts.pages.record import heading_of
from apps.contacts.views.fragments import back_to_record
from apps.core.converters import id_or_none

MAX_NOTE_LENGTH = 20_000
ANCHOR = "#notes"


@require_POST
@requires(Capability.EDIT)
def contact_note(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    text = _text_of(request)
    try:
        if text:
            add_note(contact_id, access=access, text=text, key=_key_of(request))
    except NoteGone as error:
        raise Http404 from error
    return back_to_record(request, Origin.of(request.GET, contact_id, access), contact_id, ANCHOR)


@require_POST
@requires(Capability.EDIT, limit="search")
def note_preview(request: HttpRequest, access: Access) -> HttpResponse:
    """How a note would read, as a fragment for who is writing it. Nothing is kept."""
    return HttpResponse(note_html(_text_of(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.BROWSE)
def note_detail(request: HttpRequest, access: Access, contact_id: int, note_id: int) -> HttpResponse:
    """A note, how it read before, and for its author the form to change it."""
    note = find_note(contact_id, note_id, access)
    if note is None:
        raise Http404
    if request.method != "POST":
        return _note_page(request, access, note, note.text)
    text = _text_of(request)
    if not text:
        return _note_page(request, access, note, "", error=_("A note needs some words. Delete it instead."))
    try:
        seen = id_or_none(request.POST.get("version", "")) or 0
        edit_note(contact_id, note_id, access=access, text=text, seen_version=seen)
    except ConflictingNoteEdit as conflict:
        return _note_page(request, access, conflict.note, text, is_conflict=True)
    except NoteGone as error:
        raise Http404 from error
    return back_to_record(request, Origin.of(request.GET, contact_id, access), contact_id, ANCHOR)


@require_POST
@requires(Capability.EDIT)
def note_delete(request: HttpRequest, access: Access, contact_id: int, note_id: int) -> HttpResponse:
    origin = Origin.of(request.GET, contact_id, access)
    try:
        delete_note(contact_id, note_id, access=access)
    except NoteGone as error:
        raise Http404 from error
    way_back = origin.act_href("note_restore", contact_id, note_id)
    messages.success(request, _("Note deleted."), extra_tags=way_back)
    return back_to_record(request, origin, contact_id, ANCHOR)


@require_POST
@requires(Capability.EDIT)
def note_restore(request: HttpRequest, access: Access, contact_id: int, note_id: int) -> HttpResponse:
    try:
        restore_note(contact_id, note_id, access=access)
    except NoteGone as error:
        raise Http404 from error
    messages.success(request, _("The note is back."))
    return back_to_record(request, Origin.of(request.GET, contact_id, access), contact_id, ANCHOR)


def _note_page(
    request: HttpRequest,
    access: Access,
    note: Note,
    text: str,
    *,
    is_conflict: bool = False,
    error: str = "",
) -> HttpResponse:
    origin = Origin.of(request.GET, note.contact_id, access)
    contact = heading_of(note.contact_id, origin, access)
    if contact is None:
        raise Http404
    context = {
        "nav_current": "contacts",
        "contact": contact,
        "note": shown_note(note, access),
        "versions": shown_versions(note),
        "text": text,
        "is_conflict": is_conflict,
        "error": error,
        "max_length": MAX_NOTE_LENGTH,
        "delete_href": origin.act_href("note_delete", note.contact_id, note.pk),
    }
    status = 409 if is_conflict else 422 if error else 200
    return render(request, "contacts/note.html", context, status=status)


def _text_of(request: HttpRequest) -> str:
    text = request.POST.get("text", "").replace("\0", "").replace("\r\n", "\n")
    return text.strip()[:MAX_NOTE_LENGTH]


def _key_of(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        return None
