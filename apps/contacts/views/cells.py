"""One field of one contact, edited where it stands."""

from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.fields import FIELDS, Field, Kind
from apps.contacts.forms import ContactForm
from apps.contacts.history.queries import operation_of_request
from apps.contacts.operations import Conflict, ConflictingEdit, ContactGone, DuplicateKey, edit_contact
from apps.contacts.pages.addresses import Origin
from apps.contacts.pages.record import heading_of
from apps.contacts.pages.table import name_of, table_rows
from apps.contacts.queries import readable_values, spoken_values, visible_to
from apps.contacts.rendering import plain_text
from apps.contacts.seen_versions import sealed_version, seen_version
from apps.contacts.views.outcomes import undo_href

_NAMING = ("first_name", "last_name", "company", "email")
_IDS = "cell_%s"  # no id of the page around it


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.EDIT)
def cell_edit(request: HttpRequest, access: Access, contact_id: int, field: str) -> HttpResponse:
    """The editor of a cell; sent, the cell as it is then, and what to say about it.

    A script gets fragments: the editor, and the row as the list that the address asks for has it.
    """
    known = FIELDS.get(field)
    if known is None or not known.is_writable or not access.can_edit(field):
        raise Http404
    contact = visible_to(access).filter(pk=contact_id).first()
    if contact is None:
        raise Http404
    origin = Origin.of(request.GET, contact_id, access)
    if request.method != "POST":
        form = ContactForm.of(contact, access=access, only=[field], auto_id=_IDS)
        return _editor(request, form, known, contact_id, origin, access)
    form = ContactForm(request.POST, access=access, contact=contact, only=[field], auto_id=_IDS)
    if not form.is_valid():
        return _editor(request, form, known, contact_id, origin, access, status=422)
    try:
        seen = seen_version(form.cleaned_data["version"], contact_id)
        edit_contact(contact_id, access=access, values=form.values(), seen_version=seen)
    except ConflictingEdit as error:
        # Theirs has been seen when it is sent again.
        again = {**request.POST.dict(), "version": sealed_version(contact_id, error.version)}
        form = ContactForm(again, access=access, contact=contact, only=[field], auto_id=_IDS)
        conflict = _conflict(known, error.conflicts[0])
        return _editor(request, form, known, contact_id, origin, access, status=409, conflict=conflict)
    except DuplicateKey as error:
        form.add_error(field, str(error))
        return _editor(request, form, known, contact_id, origin, access, status=422)
    except ContactGone as error:
        raise Http404 from error
    return _saved(request, known, contact_id, origin, access)


def _editor(
    request: HttpRequest,
    form: ContactForm,
    field: Field,
    contact_id: int,
    origin: Origin,
    access: Access,
    *,
    status: int = 200,
    conflict: dict[str, str] | None = None,
) -> HttpResponse:
    context = {
        "nav_current": "contacts",
        "form": form,
        "field": form[field.name],
        "contact": heading_of(contact_id, origin, access),
        "action": request.get_full_path(),
        "conflict": conflict,
    }
    template = "contacts/cell.html#editor" if _is_fragment(request) else "contacts/cell.html"
    return render(request, template, context, status=status)


def _saved(
    request: HttpRequest, field: Field, contact_id: int, origin: Origin, access: Access
) -> HttpResponse:
    found = readable_values([contact_id], [field.name, *_NAMING, "email_status"], access)
    if not found:
        raise Http404
    operation_id = operation_of_request(contact_id, access)
    text = _said(field, found[0]) if operation_id else _("Nothing was changed.")
    taken_back_at = undo_href(contact_id, operation_id, origin, access)
    if not _is_fragment(request):
        messages.success(request, text, extra_tags=taken_back_at)
        return redirect(origin.back_href(contact_id))
    context = {
        "message": Message(messages.SUCCESS, text, extra_tags=taken_back_at),
        "row": table_rows([contact_id], origin.search, access)[0],
    }
    return render(request, "contacts/cell_saved.html", context)


def _said(field: Field, values: dict[str, Any]) -> str:
    """What is so now: Title of Ada Byron: CTO."""
    spoken = values.get(f"{field.name}__name") or "" if field.kind is Kind.REFERENCE else None
    value = plain_text(field, values[field.name]) if spoken is None else spoken
    words = {"field": field.label, "contact": name_of(values), "value": value}
    if not value:
        return _("%(field)s of %(contact)s is empty now.") % words
    return _("%(field)s of %(contact)s: %(value)s") % words


def _conflict(field: Field, conflict: Conflict) -> dict[str, str]:
    (theirs,) = spoken_values(field, [conflict.theirs])
    return {"who": conflict.changed_by, "theirs": theirs}


def _is_fragment(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"
