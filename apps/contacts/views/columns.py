"""Which columns the contact list has, for one person."""

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.pages.column_chooser import ColumnChooser, chosen_columns, column_chooser, moved_columns
from apps.contacts.saved_views.columns import parse_columns, shown_columns
from apps.contacts.saved_views.models import Density
from apps.contacts.saved_views.opening import open_list
from apps.contacts.saved_views.operations import ViewGone, forget_columns, keep_columns


@require_safe
@requires(Capability.BROWSE)
def columns_edit(request: HttpRequest, access: Access) -> HttpResponse:
    """The chooser for the list whose parameters the address has: as a page, or for a dialog."""
    return _chooser(request, column_chooser(open_list(request.GET, access), access))


@require_POST
@requires(Capability.BROWSE)
def columns_save(request: HttpRequest, access: Access) -> HttpResponse:
    """Keep the columns for the list of the posted query. `columns` is a text of columns, else it is the chooser's form.

    `move` changes the order of the form and saves nothing yet; `reset` goes back to what everybody has.
    """
    query = QueryDict(request.POST.get("query", ""))
    opened = open_list(query, access)
    view_id = opened.view.id if opened.view else None
    wanted = parse_columns(request.POST.get("columns", "")) or chosen_columns(request.POST)
    density = request.POST.get("density", "")
    density = density if density in Density.values else ""
    if "move" in request.POST:
        columns = shown_columns(moved_columns(wanted, request.POST["move"]), access)
        return _chooser(request, column_chooser(opened, access, columns, density))
    try:
        if "reset" in request.POST:
            forget_columns(view_id, access=access)
        else:
            keep_columns(
                view_id, access=access, columns=shown_columns(wanted, access).chosen, density=density
            )
    except ViewGone:
        raise Http404 from None
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(_list_without_columns(query))


def _chooser(request: HttpRequest, chooser: ColumnChooser) -> HttpResponse:
    is_dialog = request.headers.get("X-Requested-With") == "fetch"
    template = "contacts/columns.html#chooser" if is_dialog else "contacts/columns.html"
    return render(request, template, {"nav_current": "contacts", "chooser": chooser, "is_dialog": is_dialog})


def _list_without_columns(query: QueryDict) -> str:
    """The list again, without the columns of its address: they are kept now."""
    left = query.copy()
    for name in ("columns", "density"):
        left.pop(name, None)
    address = reverse("contact_list")
    return f"{address}?{left.urlencode()}" if left else address
