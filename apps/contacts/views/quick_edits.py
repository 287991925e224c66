"""Changing one of a record's few quick fields, with the undo in the message that confirms it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.contacts.cleaning import CleaningError, clean
from apps.contacts.fields import FIELDS
from apps.contacts.history.queries import operation_of_request
from apps.contacts.operations import ConflictingEdit, ContactGone, edit_contact, retag_contact
from apps.contacts.pages.addresses import Origin
from apps.contacts.pages.quick_edits import QUICK_FIELDS
from apps.contacts.queries import spoken_values
from apps.contacts.seen_versions import seen_version
from apps.contacts.views.fragments import back_to_record
from apps.contacts.views.outcomes import undo_href
from apps.core.converters import id_or_none


@require_POST
@requires(Capability.EDIT)
def record_quick_edit(request: HttpRequest, access: Access, contact_id: int) -> HttpResponse:
    """Set `field` to `value`; of the tags, `add` some and `remove` some."""
    field = request.POST.get("field", "")
    if field not in QUICK_FIELDS or not access.can_edit(field):
        raise Http404
    origin = Origin.of(request.GET, contact_id, access)
    try:
        _ACTS[field](request, access, contact_id)
    except ContactGone as error:
        raise Http404 from error
    except CleaningError as error:
        messages.error(request, str(error))
    except ConflictingEdit as error:
        messages.error(request, _conflict(error))
    else:
        _confirm(request, access, contact_id, origin)
    return back_to_record(request, origin, contact_id)


def _set_stage(request: HttpRequest, access: Access, contact_id: int) -> None:
    value = clean(FIELDS["stage"], request.POST.get("value", "").replace("\0", ""))
    _set(request, access, contact_id, "stage", value or "")


def _set_owner(request: HttpRequest, access: Access, contact_id: int) -> None:
    raw = request.POST.get("value", "")
    owner = AdminUser.objects.filter(pk=id_or_none(raw) or 0, is_active=True).first()
    if raw and owner is None:
        raise CleaningError(_("Nobody who can own a contact was chosen."))
    _set(request, access, contact_id, "owner", owner.pk if owner else None)


def _mark_contacted(request: HttpRequest, access: Access, contact_id: int) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    _set(request, access, contact_id, "last_contacted_at", now)


def _set(request: HttpRequest, access: Access, contact_id: int, field: str, value: Any) -> None:
    seen = seen_version(request.POST.get("version", ""), contact_id)
    edit_contact(contact_id, access=access, values={field: value}, seen_version=seen)


def _retag(request: HttpRequest, access: Access, contact_id: int) -> None:
    added = clean(FIELDS["tags"], request.POST.get("add", "").replace("\0", ""))
    removed = request.POST.get("remove", "")
    retag_contact(
        contact_id,
        access=access,
        add=added if isinstance(added, list) else (),
        remove=[removed] if removed else (),
    )


_ACTS: dict[str, Callable[[HttpRequest, Access, int], None]] = {
    "stage": _set_stage,
    "owner": _set_owner,
    "tags": _retag,
    "last_contacted_at": _mark_contacted,
}


def _confirm(request: HttpRequest, access: Access, contact_id: int, origin: Origin) -> None:
    operation_id = operation_of_request(contact_id, access)
    if operation_id is None:
        messages.info(request, _("Nothing was changed."))
    else:
        way_back = undo_href(contact_id, operation_id, origin, access)
        messages.success(request, _("Saved."), extra_tags=way_back)


def _conflict(error: ConflictingEdit) -> str:
    conflict = error.conflicts[0]
    field = FIELDS[conflict.field]
    [theirs] = spoken_values(field, [conflict.theirs])
    words = _(
        "%(who)s set %(field)s to “%(value)s” meanwhile. Nothing of yours was saved; look, and choose again."
    )
    return words % {
        "who": conflict.changed_by or _("Somebody"),
        "field": field.label,
        "value": theirs or _("nothing"),
    }
