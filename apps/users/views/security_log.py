"""The security log: everybody's, and one person's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.security_log.models import SecurityEvent
from apps.accounts.security_log.queries import LogPage, log_page
from apps.core.converters import id_or_none

Kind = SecurityEvent.Kind


@require_safe
@requires(Capability.MANAGE_USERS)
def security_log(request: HttpRequest, access: Access) -> HttpResponse:
    return render(request, "users/security_log.html", {"nav_current": "users", **_shown(request, None)})


@require_safe
@requires(Capability.MANAGE_USERS)
def user_log(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser, pk=user_id)
    context = {"nav_current": "users", "tab": "log", "person": person, **_shown(request, person.pk)}
    return render(request, "users/person_log.html", context)


def _shown(request: HttpRequest, person_id: int | None) -> dict[str, object]:
    """What the address asks for; a kind or a number that does not exist is as good as none."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    page: LogPage = log_page(person_id=person_id, kind=kind, before=id_or_none(request.GET.get("before", "")))
    return {"page": page, "kind": kind, "kinds": Kind.choices}
