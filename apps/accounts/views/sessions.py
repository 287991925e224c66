"""A person's own sessions: where they are signed in, and signing out there."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.sessions.lifetimes import in_words, lifetime_of
from apps.accounts.sessions.operations import end_sessions, is_listed_as
from apps.accounts.sessions.queries import sessions_of


@require_safe
@requires(None)
def session_list(request: HttpRequest, access: Access) -> HttpResponse:
    lifetime = lifetime_of(access.role)
    context = {
        "sessions": sessions_of(_person(request), current_key=request.session.session_key or ""),
        "idle": in_words(lifetime.idle),
        "absolute": in_words(lifetime.absolute),
        "tab": "sessions",
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
@requires(None)
def session_end(request: HttpRequest, access: Access, session_id: int) -> HttpResponse:
    if is_listed_as(request, session_id):  # not on the page; ended like any other it could save no message
        logout(request)
        return redirect("account_login")
    if not end_sessions(_person(request), ids=[session_id], actor_id=access.user_id):
        raise Http404
    messages.success(request, _("Signed out there."))
    return redirect("session_list")


@require_POST
@requires(None)
def session_end_others(request: HttpRequest, access: Access) -> HttpResponse:
    number = end_sessions(_person(request), keep=request.session.session_key or "", actor_id=access.user_id)
    messages.success(
        request,
        ngettext("Signed out in %(number)s other place.", "Signed out in %(number)s other places.", number)
        % {"number": number}
        if number
        else _("There was no other."),
    )
    return redirect("session_list")


def _person(request: HttpRequest) -> AdminUser:
    assert isinstance(request.user, AdminUser)  # the gate has seen to it
    return request.user
