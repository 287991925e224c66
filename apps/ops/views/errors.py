"""Errors nobody expected, for operators: what happens, how often, since when, and where in the code."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.core.errors.models import ErrorGroup
from apps.core.errors.queries import Place, error_groups, resolve


@require_safe
@requires(Capability.OPERATIONS)
def ops_errors(request: HttpRequest, access: Access) -> HttpResponse:
    is_resolved = request.GET.get("show") == "resolved"
    after = Place.parse(request.GET.get("after", ""))
    groups, next_place = error_groups(is_resolved=is_resolved, after=after)
    context = {
        "nav_current": "ops",
        "tab": "errors",
        "groups": groups,
        "is_resolved": is_resolved,
        "is_first": after is None,
        "next_href": _address(is_resolved, next_place) if next_place else None,
    }
    return render(request, "ops/errors.html", context)


@require_safe
@requires(Capability.OPERATIONS)
def ops_error(request: HttpRequest, access: Access, group_id: int) -> HttpResponse:
    group = ErrorGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise Http404
    return render(request, "ops/error.html", {"nav_current": "ops", "tab": "errors", "group": group})


@require_POST
@requires(Capability.OPERATIONS)
def ops_error_resolve(request: HttpRequest, access: Access, group_id: int) -> HttpResponse:
    if not resolve(group_id):
        raise Http404
    messages.info(request, _("Marked as resolved. It opens again by itself if the error comes back."))
    return redirect("ops_errors")


def _address(is_resolved: bool, after: Place) -> str:
    chosen = {"show": "resolved"} if is_resolved else {}
    return f"{reverse('ops_errors')}?{urlencode({**chosen, 'after': str(after)})}"
