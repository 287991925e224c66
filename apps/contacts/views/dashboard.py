"""The dashboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.quota.queries import usage_of
from apps.contacts.dashboard.figures import WEEKS, dashboard_of
from apps.contacts.dashboard.queries import own_records
from apps.contacts.history.queries import own_operations

MOST_RECORDS = 8
MOST_OPERATIONS = 6


@require_safe
@requires(Capability.BROWSE, limit="search")
def dashboard(request: HttpRequest, access: Access) -> HttpResponse:
    chosen = request.GET.get("weeks", "")
    weeks = next((each for each in WEEKS if str(each) == chosen), WEEKS[0])
    context = {
        "nav_current": "dashboard",
        "dashboard": dashboard_of(access, weeks=weeks, today=timezone.localdate()),
        "records": own_records(access, MOST_RECORDS),
        "operations": own_operations(access, limit=MOST_OPERATIONS),
        "usage": usage_of([access.user_id])[access.user_id] if access.user_id else None,
    }
    return render(request, "contacts/dashboard.html", context)
