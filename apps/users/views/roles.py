"""What an admin decides for everybody of a role."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.people.reach import require_reach_of_roles
from apps.accounts.people.refusals import BeyondYourRights
from apps.accounts.two_factor.requirement import OwnFactorMissing, role_requirements, set_role_requirement


@require_http_methods(["GET", "POST"])
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def role_policies(request: HttpRequest, access: Access) -> HttpResponse:
    is_factor_missing = False
    if request.method == "POST":
        try:
            require_reach_of_roles(access)
            _decide(request)
            return redirect("role_policies")
        except OwnFactorMissing:
            is_factor_missing = True
        except BeyondYourRights as refusal:
            messages.error(request, str(refusal))
            return redirect("role_policies")
    context = {"nav_current": "users", "roles": role_requirements(), "is_factor_missing": is_factor_missing}
    return render(request, "users/roles.html", context, status=409 if is_factor_missing else 200)


def _decide(request: HttpRequest) -> None:
    """Raises OwnFactorMissing."""
    assert isinstance(request.user, AdminUser)  # the gate has seen to it
    role, wanted = request.POST.get("role", ""), request.POST.get("requires_two_factor", "")
    if role not in AdminUser.Role.values or wanted not in {"yes", "no"}:
        raise BadRequest("There is no such role, or nothing was decided about it.")
    role = AdminUser.Role(role)
    if not set_role_requirement(role, is_required=wanted == "yes", actor=request.user):
        return
    if wanted == "yes":
        messages.success(
            request, _("The role %(role)s requires a second factor from now on.") % {"role": role.label}
        )
    else:
        messages.success(
            request, _("The role %(role)s does not require a second factor any more.") % {"role": role.label}
        )
