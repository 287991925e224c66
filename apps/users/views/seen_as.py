"""What a person may see: in words, and by looking at the product through their rights."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import RIGHTS_IN_WORDS, ROLE_CAPABILITIES, Access, Capability
from apps.accounts.columns import ColumnRight, declared_columns
from apps.accounts.gate import requires
from apps.accounts.looking import start_looking, stop_looking
from apps.accounts.models import AdminUser, RolePolicy
from apps.accounts.quota.queries import usage_of
from apps.users.capabilities import label_of


@require_safe
@requires(Capability.MANAGE_USERS)
def user_access(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser, pk=user_id)
    theirs = Access.of(person)
    context = {
        "nav_current": "users",
        "person": person,
        "tab": "access",
        "capabilities": _capabilities_of(person, theirs),
        "columns": _columns_of(theirs),
        "factors": _factors_of(person),
        "is_two_factor_required": RolePolicy.objects.filter(
            role=person.role, requires_two_factor=True
        ).exists(),
        "usage": usage_of([person.pk])[person.pk],
        "is_self": person.pk == access.user_id,
    }
    return render(request, "users/access.html", context)


@require_POST
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def see_as_start(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser, pk=user_id)
    if person.pk == access.user_id or not person.is_active:
        messages.info(
            request,
            _("%(name)s is deactivated, and would see nothing.") % {"name": person.display_name}
            if not person.is_active
            else _("You see the product as yourself already."),
        )
        return redirect("user_access", person.pk)
    start_looking(request, person, access=access)
    return redirect("contact_list")


@require_POST
@requires(None, is_same_while_looking=True)
def see_as_stop(request: HttpRequest, access: Access) -> HttpResponse:
    person_id = stop_looking(request, actor_id=access.user_id)
    if person_id is None or not access.can(Capability.MANAGE_USERS):
        return redirect("home")
    messages.success(request, _("You are yourself again."))
    return redirect("user_access", person_id)


def _capabilities_of(person: AdminUser, theirs: Access) -> list[dict[str, Any]]:
    """Each capability in words, whether they have it, and why."""
    by_role = ROLE_CAPABILITIES.get(person.role, frozenset())
    return [
        {
            "label": label_of(capability),
            "is_held": theirs.can(capability),
            "override": (override := _override_of(person, capability, is_of_role=capability in by_role)),
            "source": _source_of(capability in by_role, override),
        }
        for capability in RIGHTS_IN_WORDS
    ]


def _override_of(person: AdminUser, capability: Capability, *, is_of_role: bool) -> bool | None:
    """What was decided about this person, where it is not what the role says anyway."""
    override = person.capability_overrides.get(capability)
    return None if override is None or (override is True) == is_of_role else override is True


def _source_of(is_of_role: bool, override: bool | None) -> str:
    if override is None:
        return _("by role") if is_of_role else _("not of this role")
    return _("granted besides") if override else _("taken away")


def _columns_of(theirs: Access) -> list[tuple[ColumnRight, list[str]]]:
    def right_on(name: str) -> ColumnRight:
        if theirs.can_edit(name):
            return ColumnRight.EDIT
        return ColumnRight.READ if theirs.can_read(name) else ColumnRight.HIDDEN

    labels: dict[ColumnRight, list[str]] = {right: [] for right in reversed(ColumnRight)}
    for column in declared_columns():
        right = right_on(column.name)
        is_read = right is ColumnRight.EDIT and not column.is_editable
        labels[ColumnRight.READ if is_read else right].append(column.label)
    return list(labels.items())


def _factors_of(person: AdminUser) -> list[str]:
    """Their second factors in words; recovery codes alone are none."""
    types = Authenticator.objects.filter(user=person).values_list("type", flat=True)
    words = {"totp": _("authenticator app"), "webauthn": _("passkey")}
    return sorted({words[kind] for kind in map(str, types) if kind in words})
