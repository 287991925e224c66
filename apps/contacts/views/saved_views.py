"""Saved views: the page of all of them, what is new in each, and what is done with one."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.pages.ordering import moved
from apps.contacts.pages.view_bar import view_href
from apps.contacts.pages.view_list import counts_of_views, view_lines
from apps.contacts.saved_views.opening import open_list
from apps.contacts.saved_views.operations import (
    LONGEST_NAME,
    MOST_VIEWS,
    Look,
    TooManyViews,
    ViewGone,
    ViewNameTaken,
    ViewSavedMeanwhile,
    ViewTooLong,
    delete_view,
    mark_visit,
    order_views,
    rename_view,
    restore_view,
    save_view,
    save_view_as,
    set_default_view,
    share_view,
)
from apps.contacts.saved_views.queries import NewCount, kept_for, new_counts
from apps.core.converters import id_or_none


@require_safe
@requires(Capability.BROWSE)
def view_list(request: HttpRequest, access: Access) -> HttpResponse:
    lines = view_lines(kept_for(access), access)
    context = {
        "nav_current": "contacts",
        "lines": lines,
        "may_share": access.can(Capability.SHARE_VIEWS),
        "may_order": len(lines) > 1 and not access.is_looking,
    }
    return render(request, "contacts/views.html", context)


@require_safe
@requires(Capability.BROWSE, limit="counts")
def view_counts(request: HttpRequest, access: Access) -> HttpResponse:
    """How many contacts some views find (`view=7&view=8`), for their lines."""
    asked = [pk for raw in request.GET.getlist("view") if (pk := id_or_none(raw)) is not None]
    context = {"counts": counts_of_views(asked, kept_for(access), access)}
    return render(request, "contacts/views.html#counts", context)


@require_POST
@requires(Capability.BROWSE)
def view_order(request: HttpRequest, access: Access) -> HttpResponse:
    """Put this person's tabs in the order of the posted `view=7&view=8`, after a `move` of one of them: `up:7`."""
    move = request.POST.get("move", "")
    names = moved(request.POST.getlist("view"), move)
    order_views([pk for raw in names if (pk := id_or_none(raw)) is not None], access=access)
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    # What was moved is where a keyboard goes on.
    return redirect(f"{reverse('view_list')}#line-{id_or_none(move.partition(':')[2]) or ''}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.BROWSE, limit="counts")
def view_new_counts(request: HttpRequest, access: Access) -> HttpResponse:
    """What is new in each view: {"new": {"7": {"label": "3", "text": "3 new contacts …"}}}.

    Posted with a view's id, that view is seen from now on; the counts are those until then.
    """
    counts = new_counts(kept_for(access), access)
    view_id = id_or_none(request.POST.get("view", ""))
    if view_id is not None:
        _done(lambda: mark_visit(view_id, access=access))
    return JsonResponse({"new": {str(pk): _in_words(count) for pk, count in counts.items()}})


def _in_words(count: NewCount) -> dict[str, str]:
    label = f"{count.number}" if count.is_exact else f"{count.number}+"
    text = ngettext(
        "%(number)s new contact since your last visit",
        "%(number)s new contacts since your last visit",
        count.number,
    )
    return {"label": label, "text": text % {"number": label}}


@require_POST
@requires(Capability.SAVE_VIEWS)
def view_save(request: HttpRequest, access: Access, view_id: int) -> HttpResponse:
    """Save the list of the posted query over a view."""
    version = id_or_none(request.POST.get("version", "")) or 0
    try:
        view = _done(
            lambda: save_view(view_id, access=access, look=_look(request, access), seen_version=version)
        )
    except ViewSavedMeanwhile:
        text = _(
            "Nothing was saved: somebody saved this view while you had it open. Your list is still here; "
            "the view is as they left it."
        )
        messages.error(request, text)
        return _back(request)
    except ViewTooLong:
        return _refused(request, _too_long())
    messages.info(request, _("Saved “%(name)s”.") % {"name": view.name})
    return redirect(view_href(view.pk))


@require_POST
@requires(Capability.SAVE_VIEWS)
def view_save_as(request: HttpRequest, access: Access) -> HttpResponse:
    """Make a private view of the list of the posted query."""
    name = _name(request)
    if not name:
        return _refused(request, _no_name())
    try:
        view = save_view_as(access=access, name=name, look=_look(request, access))
    except ViewNameTaken:
        return _refused(request, _taken(name))
    except ViewTooLong:
        return _refused(request, _too_long())
    except TooManyViews:
        return _refused(request, _too_many())
    messages.info(request, _("“%(name)s” is one of your views now.") % {"name": name})
    return redirect(view_href(view.pk))


@require_POST
@requires(Capability.SAVE_VIEWS)
def view_rename(request: HttpRequest, access: Access, view_id: int) -> HttpResponse:
    name = _name(request)
    if not name:
        return _refused(request, _no_name())
    try:
        _done(lambda: rename_view(view_id, access=access, name=name))
    except ViewNameTaken:
        return _refused(request, _taken(name))
    messages.info(request, _("The view is called “%(name)s” now.") % {"name": name})
    return _back(request)


@require_POST
@requires(Capability.SHARE_VIEWS)
def view_share(request: HttpRequest, access: Access, view_id: int) -> HttpResponse:
    """`shared=1` shares it, anything else makes it private."""
    is_shared = request.POST.get("shared") == "1"
    view = _done(lambda: share_view(view_id, access=access, is_shared=is_shared))
    text = _("Everybody sees “%(name)s” now.") if is_shared else _("Only its owner sees “%(name)s” now.")
    messages.info(request, text % {"name": view.name})
    is_own = view.owner_id == access.user_id
    return _back(request) if is_shared or is_own else redirect("view_list")


@require_POST
@requires(Capability.SAVE_VIEWS)
def view_delete(request: HttpRequest, access: Access, view_id: int) -> HttpResponse:
    view = _done(lambda: delete_view(view_id, access=access))
    text = (
        _("“%(name)s” is deleted for everybody. Its contacts are all still here.")
        if view.is_shared
        else _("“%(name)s” is deleted. Its contacts are all still here.")
    )
    messages.info(request, text % {"name": view.name}, extra_tags=reverse("view_restore", args=[view.pk]))
    return redirect("view_list")


@require_POST
@requires(Capability.SAVE_VIEWS)
def view_restore(request: HttpRequest, access: Access, view_id: int) -> HttpResponse:
    try:
        view = _done(lambda: restore_view(view_id, access=access))
    except TooManyViews:
        return _refused(request, _too_many())
    messages.info(request, _("“%(name)s” is back.") % {"name": view.name})
    return redirect("view_list")


@require_POST
@requires(Capability.BROWSE)
def view_default(request: HttpRequest, access: Access) -> HttpResponse:
    """`view=7` is what this person's list starts with; none: all contacts."""
    view_id = id_or_none(request.POST.get("view", ""))
    view = _done(lambda: set_default_view(view_id, access=access))
    text = _("Contacts open with “%(name)s” for you now.") if view else _("Contacts open with everybody now.")
    messages.info(request, text % {"name": view.name} if view else text)
    return _back(request)


def _taken(name: str) -> str:
    return _("There is a view called “%(name)s” already. Choose another name.") % {"name": name}


def _no_name() -> str:
    return _("Give the view a name first.")


def _too_long() -> str:
    return _("There is too much in this search for a view to keep. Take away some of its values.")


def _too_many() -> str:
    return _("One person has at most %(most)s views. Delete one of them first.") % {"most": MOST_VIEWS}


def _done[T](act: Callable[[], T]) -> T:
    """Raises Http404 for a view that does not exist, or not for this person."""
    try:
        return act()
    except ViewGone:
        raise Http404 from None


def _name(request: HttpRequest) -> str:
    return " ".join(request.POST.get("name", "").replace("\0", "").split())[:LONGEST_NAME]


def _look(request: HttpRequest, access: Access) -> Look:
    opened = open_list(QueryDict(request.POST.get("query", "")), access)
    return Look(opened.search, opened.columns.chosen if opened.has_own_columns else (), opened.density)


def _refused(request: HttpRequest, text: str) -> HttpResponse:
    messages.error(request, text)
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """To the list that the form was on, or the page of all views."""
    query = request.POST.get("query")
    if query is None:
        return redirect("view_list")
    return redirect(f"{reverse('contact_list')}?{QueryDict(query).urlencode()}")
