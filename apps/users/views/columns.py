"""Column rights of a person, and of the new people of a role: chosen in a grid, reviewed, then saved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from apps.accounts.access import Access, Capability
from apps.accounts.columns import ColumnRight, held
from apps.accounts.gate import requires
from apps.accounts.last_change import LastChange, last_change_of_person, last_change_of_role
from apps.accounts.models import AdminUser, role_defaults
from apps.accounts.people.refusals import BeyondYourRights
from apps.accounts.presets import PRESETS, preset_rights
from apps.accounts.rights import (
    Difference,
    RightsChanged,
    apply_role_defaults,
    fingerprint_of,
    set_column_rights,
    set_role_defaults,
    who_would_change,
)
from apps.core.converters import id_or_none
from apps.users.column_grid import WORDS, Rights, change_in_words, counts_of, grid, read_form, with_group

_MOST_LOOKED_FOR = 100  # characters


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose rights a grid is about: a person, or the new people of a role."""

    name: str
    saved: Rights
    address: str
    save: Callable[..., Difference]
    defaults: Callable[[], dict[str, str]]
    last_change: Callable[[], LastChange | None]
    context: dict[str, Any] = field(default_factory=dict)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_COLUMNS, is_sensitive=True)
def user_columns(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser, pk=user_id)
    context = {"nav_current": "users", "person": person, "tab": "columns", "layout": "users/person_page.html"}
    if person.role == AdminUser.Role.ADMIN:
        return _of_admins(request, context)
    holder = Holder(
        name=person.display_name,
        saved=held(person.column_rights),
        address=reverse("user_columns", args=[person.pk]),
        save=lambda **values: set_column_rights(person, actor_id=access.user_id, giver=access, **values),
        defaults=lambda: role_defaults(person.role),
        last_change=lambda: last_change_of_person(person.pk),
        context=context,
    )
    return _answer(request, holder)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_COLUMNS, is_sensitive=True)
def role_columns(request: HttpRequest, access: Access, role: str) -> HttpResponse:
    context = _role_context(role)
    if role == AdminUser.Role.ADMIN:
        return _of_admins(request, context)
    holder = Holder(
        name=_("new people of the role %(role)s") % {"role": context["role_label"]},
        saved=held(role_defaults(role)),
        address=reverse("role_columns", args=[role]),
        save=lambda **values: set_role_defaults(role, actor_id=access.user_id, giver=access, **values),
        defaults=lambda: role_defaults(role),
        last_change=lambda: last_change_of_role(role),
        context=context,
    )
    return _answer(request, holder)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_COLUMNS, is_sensitive=True)
def role_columns_apply(request: HttpRequest, access: Access, role: str) -> HttpResponse:
    context = _role_context(role)
    if role == AdminUser.Role.ADMIN:
        raise Http404
    if request.method == "POST":
        try:
            number = apply_role_defaults(
                role, actor_id=access.user_id, seen=request.POST.get("seen", ""), giver=access
            )
        except BeyondYourRights as refusal:
            messages.error(request, str(refusal))
            return redirect("role_columns_apply", role)
        except RightsChanged:
            messages.error(
                request, _("The defaults were changed meanwhile. Nobody's rights have changed; look again.")
            )
            return redirect("role_columns_apply", role)
        messages.success(
            request,
            ngettext(
                "%(number)s person has these rights now.", "%(number)s people have these rights now.", number
            )
            % {"number": number},
        )
        return redirect("role_columns", role)
    defaults = held(role_defaults(role))
    context["changes"] = [
        (person, change_in_words(held(person.column_rights), defaults))
        for person in who_would_change(role, defaults=defaults)
    ]
    context["seen"] = fingerprint_of(defaults)
    return render(request, "users/role_columns_apply.html", context)


def _role_context(role: str) -> dict[str, Any]:
    if role not in AdminUser.Role:
        raise Http404
    return {
        "nav_current": "users",
        "role": role,
        "role_label": AdminUser.Role(role).label,
        "roles": AdminUser.Role.choices,
        "layout": "users/role_page.html",
    }


def _of_admins(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        return render(request, "users/columns_of_admins.html", context, status=400)
    return render(request, "users/columns_of_admins.html", context)


def _answer(request: HttpRequest, holder: Holder) -> HttpResponse:
    """The grid as it is saved; or what somebody did with it."""
    if request.method != "POST":
        return _grid_page(request, holder, holder.saved)
    submitted = read_form(request.POST, holder.saved)
    if submitted.faults:
        return _grid_page(request, holder, submitted.rights, faults=submitted.faults)
    act, __, what = request.POST.get("act", "review").partition(":")
    if act == "review":
        return _review(request, holder, submitted.rights)
    if act == "save":
        return _save(request, holder, submitted.rights)
    try:
        return _grid_page(request, holder, _filled(request, holder, act, what, submitted.rights))
    except (KeyError, ValueError):
        fault = _("That was no choice of this page. Nothing was changed.")
        return _grid_page(request, holder, submitted.rights, faults=[fault])


def _filled(request: HttpRequest, holder: Holder, act: str, what: str, rights: Rights) -> Rights:
    """The grid after a button that fills it in and saves nothing. Raises KeyError, ValueError for a made-up one."""
    if act == "show":
        return rights
    if act == "preset":
        return preset_rights(what, defaults=holder.defaults())
    if act == "group":
        slug, _, right = what.partition(":")
        return with_group(rights, slug, ColumnRight(right))
    if act == "copy":
        source_id = id_or_none(request.POST.get("copy_from", ""))
        source = _people_to_copy(holder).filter(pk=source_id).first() if source_id else None
        if source is None:
            raise ValueError
        return held(source.column_rights)
    raise KeyError(act)


def _grid_page(
    request: HttpRequest, holder: Holder, rights: Rights, *, faults: list[str] | None = None
) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    query = asked.get("q", "").replace("\0", "").strip()[:_MOST_LOOKED_FOR]
    only_changed = asked.get("changed") == "on"
    groups = grid(rights, holder.saved, query=query, only_changed=only_changed)
    context = {
        **holder.context,
        "holder": holder,
        "groups": groups,
        "is_nothing_found": not any(group.is_shown for group in groups),
        "query": query,
        "only_changed": only_changed,
        "faults": faults,
        "presets": [(name, _(label)) for name, label in PRESETS.items()],
        "people": _people_to_copy(holder),
        "counts": counts_of(iter(rights.values())),
        "changed_count": sum(right is not holder.saved[name] for name, right in rights.items()),
        # Of what the page was first opened on: a button that fills the grid in must not hide a change meanwhile.
        "seen": request.POST.get("seen", "")[:32] or fingerprint_of(holder.saved),
    }
    return render(request, "users/columns.html", context, status=400 if faults else 200)


def _review(request: HttpRequest, holder: Holder, rights: Rights) -> HttpResponse:
    seen = fingerprint_of(holder.saved)
    if request.POST.get("seen") != seen:
        return _conflict_page(request, holder, holder.saved, rights)
    change = change_in_words(holder.saved, rights)
    if not change:
        messages.info(request, _("Nothing is changed."))
        return redirect(holder.address)
    context = {**holder.context, "holder": holder, "change": change, "rights": rights.items(), "seen": seen}
    return render(request, "users/columns_review.html", context)


def _save(request: HttpRequest, holder: Holder, rights: Rights) -> HttpResponse:
    try:
        difference = holder.save(rights=rights, seen=request.POST.get("seen", ""))
    except RightsChanged as error:
        return _conflict_page(request, holder, error.now, rights)
    except BeyondYourRights as refusal:
        return _grid_page(request, holder, rights, faults=[str(refusal)])
    number = len(difference.hidden + difference.read + difference.edit)
    messages.success(
        request,
        ngettext("Saved: %(number)s column changed.", "Saved: %(number)s columns changed.", number)
        % {"number": number},
    )
    return redirect(holder.address)


def _conflict_page(request: HttpRequest, holder: Holder, now: Rights, mine: Rights) -> HttpResponse:
    rows = [row for group in grid(mine, now) for row in group.rows]
    if not any(row.is_changed for row in rows):  # somebody else has chosen the same
        messages.info(request, _("These rights are saved already."))
        return redirect(holder.address)
    context = {
        **holder.context,
        "holder": holder,
        "last_change": holder.last_change(),
        "conflicts": [(row, WORDS[row.right]) for row in rows if row.is_changed],
        "mine": mine.items(),
        "agreed": [(row.column.name, row.right) for row in rows if not row.is_changed],
        "seen": fingerprint_of(now),
    }
    return render(request, "users/columns_conflict.html", context, status=409)


def _people_to_copy(holder: Holder) -> Any:
    """Those whose rights are worth copying: admins have none of their own."""
    people = AdminUser.objects.exclude(role=AdminUser.Role.ADMIN).order_by("name", "email")
    person = holder.context.get("person")
    return people.exclude(pk=person.pk) if person else people
