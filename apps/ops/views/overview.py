"""The first of the operators' pages: what `manage.py doctor` says."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.core.doctor import examine


@require_safe
@requires(Capability.OPERATIONS)
def ops_overview(request: HttpRequest, access: Access) -> HttpResponse:
    context = {"nav_current": "ops", "tab": "overview", "report": examine(), "now": timezone.now()}
    return render(request, "ops/overview.html", context)
