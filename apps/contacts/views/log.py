"""The operation log and the trash."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.bulk.operations import AT_ONCE, start_undo
from apps.contacts.history.kept import kept_values
from apps.contacts.history.queries import (
    contact_count,
    find_operation,
    operation_summary,
    recent_operations,
    touched_contacts,
    trashed,
)
from apps.contacts.history.undo import restore, undo
from apps.contacts.views.outcomes import restore_message, undo_message
from apps.core.converters import id_or_none

PAGE_SIZE = 50
MOST_RESTORED = 1000


@require_safe
@requires(Capability.BROWSE)
def operation_list(request: HttpRequest, access: Access) -> HttpResponse:
    operations = recent_operations(access, before=_before(request), limit=PAGE_SIZE + 1)
    context = {
        "nav_current": "operations",
        "operations": operations[:PAGE_SIZE],
        "next_href": _next("operation_list", [operation.id for operation in operations]),
    }
    return render(request, "contacts/operations.html", context)


@require_safe
@requires(Capability.BROWSE)
def operation_detail(request: HttpRequest, access: Access, operation_id: int) -> HttpResponse:
    summary = operation_summary(operation_id, access)
    if summary is None:
        raise Http404
    context = {
        "nav_current": "operations",
        "operation": summary,
        "contacts": touched_contacts(operation_id, access),
        "kept": kept_values(operation_id, access),
        "can_undo": access.can(Capability.UNDO),
        "takes_long": sum(summary.counts.values()) > AT_ONCE,
    }
    return render(request, "contacts/operation.html", context)


@require_POST
@requires(Capability.UNDO)
def operation_undo(request: HttpRequest, access: Access, operation_id: int) -> HttpResponse:
    operation = find_operation(operation_id, access)
    if operation is None:
        raise Http404
    if contact_count(operation, access) > AT_ONCE:
        return redirect(start_undo(operation, access=access))
    outcome = undo(operation, access=access)
    messages.info(request, undo_message(outcome))
    return redirect(
        "operation_detail", operation_id=outcome.operation.pk if outcome.operation else operation_id
    )


@require_safe
@requires(Capability.DELETE, only_shows=True)
def trash(request: HttpRequest, access: Access) -> HttpResponse:
    entries = trashed(access, before=_before(request), limit=PAGE_SIZE + 1)
    context = {
        "nav_current": "trash",
        "entries": entries[:PAGE_SIZE],
        "next_href": _next("trash", [entry.change_id for entry in entries]),
    }
    return render(request, "contacts/trash.html", context)


@require_POST
@requires(Capability.DELETE)
def trash_restore(request: HttpRequest, access: Access) -> HttpResponse:
    raws = request.POST.getlist("contact")[:MOST_RESTORED]
    ids = [each for each in map(id_or_none, raws) if each is not None]
    if not ids:
        messages.info(request, _("Tick the contacts to restore first."))
        return redirect("trash")
    outcome = restore(ids, access=access)
    messages.info(request, restore_message(outcome))
    return redirect("trash")


def _before(request: HttpRequest) -> int | None:
    return id_or_none(request.GET.get("before", ""))


def _next(url_name: str, ids: list[int]) -> str | None:
    """The address of the next page, when there is more than one page holds."""
    return f"{reverse(url_name)}?before={ids[PAGE_SIZE - 1]}" if len(ids) > PAGE_SIZE else None
