"""Creating, editing and deleting a contact."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.fields import FIELDS, Kind
from apps.contacts.forms import ContactForm
from apps.contacts.history.queries import operation_of_request
from apps.contacts.operations import (
    Conflict,
    ConflictingEdit,
    ContactGone,
    DuplicateKey,
    create_contact,
    delete_contacts,
    edit_contact,
)
from apps.contacts.pages.addresses import Origin, list_href
from apps.contacts.pages.duplicates import Duplicate, duplicates_of
from apps.contacts.pages.record import Heading, heading_of
from apps.contacts.queries import spoken_values, visible_to
from apps.contacts.seen_versions import sealed_version, seen_version
from apps.contacts.views.outcomes import undo_href

MAX_REASON_LENGTH = 500


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.CREATE)
def contact_create(request: HttpRequest, access: Access) -> HttpResponse:
    form = ContactForm(request.POST if request.method == "POST" else None, access=access)
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, form, None)
    duplicates = duplicates_of(form.values(), access)
    if duplicates:
        return _form_page(request, form, None, duplicates)
    try:
        contact = create_contact(access=access, values=form.values())
    except DuplicateKey as error:
        _refuse(form, error, access)
        return _form_page(request, form, None)
    messages.success(request, _("Contact created."))
    return redirect("contact_detail", contact_id=contact.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.EDIT)
def contact_edit(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    contact = visible_to(access).filter(pk=contact_id).first()
    if contact is None:
        raise Http404
    origin = Origin.of(request.GET, contact_id, access)
    if request.method != "POST":
        return _form_page(
            request, ContactForm.of(contact, access=access), heading_of(contact_id, origin, access)
        )
    form = ContactForm(request.POST, access=access, contact=contact)
    if not form.is_valid():
        return _form_page(request, form, heading_of(contact_id, origin, access))
    values = {
        name: value for name, value in form.values().items() if request.POST.get(f"choice_{name}") != "theirs"
    }
    try:
        seen = seen_version(form.cleaned_data["version"], contact_id)
        edit_contact(contact_id, access=access, values=values, seen_version=seen)
    except ConflictingEdit as error:
        return _conflict_page(request, error, heading_of(contact_id, origin, access))
    except DuplicateKey as error:
        _refuse(form, error, access)
        return _form_page(request, form, heading_of(contact_id, origin, access))
    except ContactGone as error:
        raise Http404 from error
    operation_id = operation_of_request(contact_id, access)
    if operation_id is None:
        messages.info(request, _("Nothing was changed."))
    else:
        taken_back_at = undo_href(contact_id, operation_id, origin, access)
        messages.success(request, _("Saved."), extra_tags=taken_back_at)
    return redirect(origin.back_href(contact_id))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.DELETE)
def contact_delete(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    origin = Origin.of(request.GET, contact_id, access)
    contact = heading_of(contact_id, origin, access)
    if contact is None:
        raise Http404
    if request.method != "POST":
        return render(request, "contacts/delete.html", {"nav_current": "contacts", "contact": contact})
    reason = _plain_line(request.POST.get("reason", ""))[:MAX_REASON_LENGTH]
    delete_contacts([contact_id], access=access, reason=reason)
    taken_back_at = undo_href(contact_id, operation_of_request(contact_id, access), origin, access)
    messages.success(
        request, _("%(name)s is in the trash.") % {"name": contact.name}, extra_tags=taken_back_at
    )
    return redirect(list_href(origin.search, after=origin.search.cursor))


def _form_page(
    request: HttpRequest,
    form: ContactForm,
    contact: Heading | None,
    duplicates: list[Duplicate] | None = None,
) -> HttpResponse:
    context = {
        "nav_current": "contacts",
        "form": form,
        "fieldsets": form.fieldsets(),
        "contact": contact,
        "cancel_href": contact.href if contact else reverse("contact_list"),
        "duplicates": duplicates or [],
    }
    refused = form.is_bound and (form.errors or duplicates)
    return render(request, "contacts/form.html", context, status=422 if refused else 200)


def _refuse(form: ContactForm, error: DuplicateKey, access: Access) -> None:
    """Say whose key it is only to somebody who may read that column."""
    if error.field in form.fields:
        form.add_error(error.field, str(error))
    else:
        form.add_error(None, _("This contact cannot be saved as it is."))


def _conflict_page(request: HttpRequest, error: ConflictingEdit, contact: Heading | None) -> HttpResponse:
    if contact is None:
        raise Http404
    kept = {"csrfmiddlewaretoken", "version"}
    context = {
        "nav_current": "contacts",
        "contact": contact,
        "conflicts": [_shown(conflict) for conflict in error.conflicts],
        "carried": [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name not in kept and not name.startswith("choice_")
        ],
        "version": sealed_version(contact.id, error.version),
    }
    return render(request, "contacts/conflict.html", context, status=409)


def _shown(conflict: Conflict) -> dict[str, Any]:
    field = FIELDS[conflict.field]
    theirs, mine = spoken_values(field, [conflict.theirs, conflict.mine])
    return {
        "name": field.name,
        "label": field.label,
        "theirs": theirs,
        "mine": mine,
        "changed_by": conflict.changed_by,
        "when": conflict.changed_at,
        "is_list": field.kind is Kind.LIST,
    }


def _plain_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())
