"""What is done with one person by a button."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.people.activity import deactivate_person, reactivate_person
from apps.accounts.people.reach import require_reach
from apps.accounts.people.refusals import Refused
from apps.accounts.people.signing_out import sign_out_person
from apps.accounts.second_factors import reset_second_factors
from apps.users.views.origin import origin_of


@require_POST
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_deactivate(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    def act(person: AdminUser) -> str:
        was_invited = person.invited_at is not None
        deactivate_person(person.pk, access=access)
        if was_invited:
            return _("The invitation of %(name)s is withdrawn.") % {"name": person.display_name}
        return _("%(name)s is deactivated and signed out everywhere.") % {"name": person.display_name}

    return _do(request, user_id, act)


@require_POST
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_reactivate(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    def act(person: AdminUser) -> str:
        person = reactivate_person(person.pk, access=access, origin=origin_of(request))
        if person.invited_at is not None:
            return _("%(name)s is invited again: the mail is on its way.") % {"name": person.display_name}
        return _("%(name)s can sign in again, with the rights they had.") % {"name": person.display_name}

    return _do(request, user_id, act)


@require_POST
@requires(Capability.MANAGE_USERS)
def user_sessions_end(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    def act(person: AdminUser) -> str:
        number = sign_out_person(person, access=access, keep=request.session.session_key or "")
        return _("Sessions of %(name)s ended: %(number)s.") % {
            "name": person.display_name,
            "number": number,
        }

    return _do(request, user_id, act)


@require_POST
@requires(Capability.MANAGE_USERS)
def user_session_end(request: HttpRequest, access: Access, user_id: int, session_id: int) -> HttpResponse:
    def act(person: AdminUser) -> str:
        own = request.session.session_key or ""
        if not sign_out_person(person, access=access, ids=[session_id], keep=own):
            raise Http404
        return _("%(name)s is signed out there.") % {"name": person.display_name}

    return _do(request, user_id, act)


@require_POST
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_second_factors_reset(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    def act(person: AdminUser) -> str:
        require_reach(access, person)
        number = reset_second_factors(person, actor_id=access.user_id)
        if not number:
            return _("%(name)s had no second factor; they are signed out everywhere.") % {
                "name": person.display_name
            }
        return _("The second factors of %(name)s are removed, and they are signed out everywhere.") % {
            "name": person.display_name
        }

    return _do(request, user_id, act)


def _do(request: HttpRequest, user_id: int, act: Callable[[AdminUser], str]) -> HttpResponse:
    """Do it and say so, or say why not; back to the person's page."""
    person = get_object_or_404(AdminUser, pk=user_id)
    try:
        messages.success(request, act(person))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("user_detail", user_id)
