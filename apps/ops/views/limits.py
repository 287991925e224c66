"""Who is over a rate limit now, and letting them in again."""

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.limited_accounts import limited_parties
from apps.core.limits.operations import lift_limits


@require_safe
@requires(Capability.OPERATIONS)
def ops_limits(request: HttpRequest, access: Access) -> HttpResponse:
    context = {"nav_current": "ops", "tab": "limits", "parties": limited_parties()}
    return render(request, "ops/limits.html", context)


@require_POST
@requires(Capability.OPERATIONS)
def ops_limit_lift(request: HttpRequest, access: Access) -> HttpResponse:
    key, kind, route_class = (request.POST.get(name, "") for name in ("key", "kind", "class"))
    if "\0" in key + kind + route_class:
        raise BadRequest("No limit has a NUL character in its name.")
    lifted = lift_limits(route_class=route_class, kind=kind, keys=[key])
    messages.success(request, _("The limit is lifted.") if lifted else _("That limit was over already."))
    return redirect("ops_limits")
