"""Download limits of many people: who, then what, then a look at it, then done."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.people.limits import set_download_limits
from apps.accounts.people.reach import reaches_downloads
from apps.core.converters import id_or_none
from apps.core.local_figures import grouped
from apps.users.forms import LimitForm
from apps.users.queries import limit_in_words
from apps.users.search import PeopleSearch


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_limits(request: HttpRequest, access: Access) -> HttpResponse:
    if request.method == "POST":
        return _confirm(request, access)
    people = list(_chosen(request))
    if not people:
        messages.error(request, _("Tick the people first whose limit you want to set."))
        return redirect(_back(request))
    is_asked = "limit" in request.GET or "is_unlimited" in request.GET
    form = LimitForm(request.GET if is_asked else None)
    context: dict[str, Any] = {
        "nav_current": "users",
        "people": people,
        "names": ", ".join(person.display_name for person in people[:5]),
        "form": form,
        "chosen": _parameters(request),
        "back_href": _back(request),
    }
    if is_asked and form.is_valid():
        context |= _preview(people, access, form.download_limit)
    return render(request, "users/limits.html", context)


def _preview(people: list[AdminUser], access: Access, limit: int) -> dict[str, Any]:
    # Credit for many people (quota_granted) belongs on this page too, beside the limit.
    affected = [each for each in people if each.download_limit != limit and reaches_downloads(access, each)]
    return {
        "limit": limit,
        "limit_words": limit_in_words(limit),
        "affected": [(each, limit_in_words(each.download_limit)) for each in affected],
        "same": [each for each in people if each.download_limit == limit],
        "beyond": [
            each for each in people if each.download_limit != limit and not reaches_downloads(access, each)
        ],
        "shown": ",".join(f"{each.pk}:{each.download_limit}" for each in affected),
    }


def _confirm(request: HttpRequest, access: Access) -> HttpResponse:
    form, shown = LimitForm(request.POST), _shown(request.POST.get("shown", ""))
    if not form.is_valid() or not shown:
        messages.error(request, _("Nothing was changed: the page was incomplete. Start again from the list."))
        return redirect("user_list")
    number = set_download_limits(access=access, shown=shown, limit=form.download_limit)
    left = len(shown) - number
    said = ngettext(
        "The limit of %(number)s person is now %(limit)s.",
        "The limit of %(number)s people is now %(limit)s.",
        number,
    ) % {"number": grouped(number), "limit": limit_in_words(form.download_limit)}
    if left:
        said += " " + _("%(number)s left alone: somebody else changed them meanwhile.") % {"number": left}
    messages.success(request, said)
    return redirect(_back(request))


def _chosen(request: HttpRequest) -> QuerySet[AdminUser]:
    """Those who were ticked, or everybody who matches the filter of the list."""
    search = PeopleSearch.of(request.GET)
    if "all" in request.GET:
        return search.people()
    ids = [number for raw in request.GET.getlist("person") if (number := id_or_none(raw)) is not None]
    return PeopleSearch(sort=search.sort).people().filter(pk__in=ids)


def _parameters(request: HttpRequest) -> list[tuple[str, str]]:
    """What says who is meant, for the next step's form."""
    names = ("all", "person", "q", "role", "status", "sort", "page")
    return [(name, value) for name in names for value in request.GET.getlist(name)]


def _shown(text: str) -> dict[int, int]:
    """The limits that the preview showed, "id:limit,…" as people; empty when it makes no sense."""
    try:
        pairs = [entry.split(":") for entry in text.split(",")]
        return {int(number): int(limit) for number, limit in pairs if id_or_none(number) is not None}
    except ValueError:
        return {}


def _back(request: HttpRequest) -> str:
    parameters = request.POST if request.method == "POST" else request.GET
    return reverse("user_list") + PeopleSearch.of(parameters).query()
