"""Who is signed in, and ending somebody's sessions."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.people.refusals import Refused
from apps.accounts.people.signing_out import sign_out_person
from apps.accounts.sessions.queries import signed_in_people


@require_safe
@requires(Capability.OPERATIONS)
def ops_sessions(request: HttpRequest, access: Access) -> HttpResponse:
    context = {
        "nav_current": "ops",
        "tab": "sessions",
        "people": signed_in_people(),
        "own_id": access.user_id,
        "can_end": access.can(Capability.MANAGE_USERS),
    }
    return render(request, "ops/sessions.html", context)


@require_POST
@requires(Capability.MANAGE_USERS)
def ops_sessions_end(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser, pk=user_id)
    # An admin who ends their own keeps the one they are sitting in.
    try:
        number = sign_out_person(person, access=access, keep=request.session.session_key or "")
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("ops_sessions")
    messages.success(
        request,
        _("Sessions of %(name)s ended: %(number)s.") % {"name": person.display_name, "number": number},
    )
    return redirect("ops_sessions")
