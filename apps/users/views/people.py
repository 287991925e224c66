"""The list of people, and the pages of one person."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.people.editing import edit_person
from apps.accounts.people.reach import reaches
from apps.accounts.people.refusals import AddressTaken, ChangedMeanwhile, Refused
from apps.accounts.people.status import Status, status_of
from apps.accounts.quota.queries import usage_of
from apps.accounts.second_factors import people_with_second_factor
from apps.accounts.sessions.queries import sessions_of
from apps.users.capabilities import label_of
from apps.users.forms import PersonForm, data_of
from apps.users.queries import columns_in_words, invitation_ends, limit_in_words, people_page, usage_in_words
from apps.users.search import SORTS, PeopleSearch
from apps.users.views.origin import origin_of

_LABELS = {
    "name": _("Name"),
    "email": _("E-mail address"),
    "role": _("Role"),
    "download_limit": _("Download limit"),
    "capability_overrides": _("Capabilities"),
}


@require_safe
@requires(Capability.MANAGE_USERS)
def user_list(request: HttpRequest, access: Access) -> HttpResponse:
    search = PeopleSearch.of(request.GET)
    page, rows = people_page(search)
    context = {
        "nav_current": "users",
        "search": search,
        "page": page,
        "rows": rows,
        "own_id": access.user_id,
        "roles": AdminUser.Role.choices,
        "statuses": Status.choices,
        "sorts": {name: _sort(search, name) for name in SORTS},
        "all_query": search.query(page=1, is_all=True),
        "is_alone": not search.is_narrowed and page.paginator.count == 1,
        "previous_href": search.query(page=page.number - 1) or "." if page.has_previous() else "",
        "next_href": search.query(page=page.number + 1) if page.has_next() else "",
    }
    return render(request, "users/list.html", context)


@require_safe
@requires(Capability.MANAGE_USERS)
def user_detail(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser.objects.select_related("created_by"), pk=user_id)
    context = {
        "nav_current": "users",
        "tab": "detail",
        "person": person,
        "status": status_of(person),
        "invitation_ends": invitation_ends(person),
        "usage": usage_in_words(usage_of([person.pk])[person.pk]),
        "has_second_factor": bool(people_with_second_factor([person.pk])),
        "sessions": sessions_of(person, current_key=request.session.session_key or ""),
        "overrides": _overrides_in_words(person),
        "columns": columns_in_words(person),
        "is_self": person.pk == access.user_id,
        "is_in_reach": reaches(access, person),
    }
    return render(request, "users/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_edit(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser, pk=user_id)
    is_self = person.pk == access.user_id
    if not reaches(access, person):  # their page says why
        return redirect("user_detail", person.pk)
    if request.method != "POST":
        return _edit_page(request, person, PersonForm(person=person, is_self=is_self), is_self)
    form = PersonForm(request.POST, person=person, is_self=is_self)
    if not form.is_valid():
        return _edit_page(request, person, form, is_self)
    shown, wanted = form.cleaned_data["shown"], form.wanted()
    try:
        person = edit_person(user_id, access=access, shown=shown, wanted=wanted, origin=origin_of(request))
    except ChangedMeanwhile as change:
        return _ask_again(request, user_id, shown, wanted, change.now, is_self)
    except AddressTaken as refusal:
        form.add_error("email", str(refusal))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        messages.success(request, gettext("%(name)s is saved.") % {"name": person.display_name})
        return redirect("user_detail", person.pk)
    person.refresh_from_db()
    return _edit_page(request, person, form, is_self)


def _ask_again(
    request: HttpRequest,
    user_id: int,
    shown: Mapping[str, Any],
    wanted: Mapping[str, Any],
    now: Mapping[str, Any],
    is_self: bool,
) -> HttpResponse:
    """The form once more: what they left alone as somebody else saved it, what both changed for them to decide."""
    person = get_object_or_404(AdminUser, pk=user_id)
    mine = {name: wanted[name] for name in wanted if wanted[name] != shown[name]}
    form = PersonForm(data_of({**wanted, **now, **mine}, person), person=person, is_self=is_self)
    changes = [
        {
            "label": _LABELS[name],
            "before": _in_words(name, shown[name]),
            "now": _in_words(name, value),
            "is_contested": name in mine and mine[name] != value,
        }
        for name, value in now.items()
    ]
    return _edit_page(request, person, form, is_self, changes)


def _edit_page(
    request: HttpRequest,
    person: AdminUser,
    form: PersonForm,
    is_self: bool,
    changes: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    context = {
        "nav_current": "users",
        "tab": "detail",
        "person": person,
        "form": form,
        "is_self": is_self,
        "changes": changes,
    }
    return render(request, "users/edit.html", context)


def _sort(search: PeopleSearch, name: str) -> dict[str, str]:
    """Where a click on the column's head leads, and how it is sorted now (for aria-sort)."""
    is_now, is_reversed = search.sort.removeprefix("-") == name, search.sort.startswith("-")
    ascending = is_reversed if name == "last_seen" else not is_reversed
    return {
        "href": search.query(sort=f"-{name}" if is_now and not is_reversed else name, page=1) or ".",
        "direction": ("ascending" if ascending else "descending") if is_now else "",
    }


def _overrides_in_words(person: AdminUser) -> list[str]:
    return [
        f"{label_of(each)}: {_granted(person.capability_overrides[each])}"
        for each in Capability
        if each in person.capability_overrides
    ]


def _granted(value: object) -> str:
    return gettext("granted") if value is True else gettext("taken away")


def _in_words(name: str, value: Any) -> str:
    if name == "download_limit":
        return limit_in_words(value)
    if name == "role":
        return str(AdminUser.Role(value).label)
    if name == "capability_overrides":
        words = [f"{label_of(each)} {_granted(value[each])}" for each in Capability if each in value]
        return ", ".join(words) or gettext("as the role")
    return str(value) or gettext("empty")
