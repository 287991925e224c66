"""Coming in by an invitation: for strangers who hold its link."""

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.invitations.forms import AcceptInvitationForm
from apps.accounts.invitations.keys import Purpose, invitation_key
from apps.accounts.invitations.operations import InvitationGone, accept_invitation, find_invited
from apps.core.limits.gate import limited

# In place of the key in the address of the form, so that no page that is opened from there learns it (Referer).
WITHOUT_KEY = "welcome"
_KEPT_AS = "invitation_key"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("reset")
def invitation_accept(request: HttpRequest, key: str) -> HttpResponse:
    """Opening the link uses nothing up: programs that look through mails open it too."""
    try:
        if key != WITHOUT_KEY:
            request.session[_KEPT_AS] = invitation_key(find_invited(key), Purpose.FORM)
            return redirect("invitation_accept", WITHOUT_KEY)
        key = request.session.get(_KEPT_AS, "")
        person = find_invited(key, Purpose.FORM)
        form = AcceptInvitationForm(request.POST if request.method == "POST" else None, person=person)
        if form.is_valid():
            return _come_in(request, key, form.cleaned_data)
    except InvitationGone:
        request.session.pop(_KEPT_AS, None)
        return render(request, "account/invitation_gone.html")
    return render(request, "account/invitation.html", {"form": form, "person": person})


def _come_in(request: HttpRequest, key: str, values: dict[str, Any]) -> HttpResponse:
    """Through allauth's own flow of signing in: what it asks of everybody, it asks of them."""
    person = accept_invitation(key, name=values["name"], password=values["password1"])
    if request.user.is_authenticated:
        logout(request)
    request.session.pop(_KEPT_AS, None)
    answer: HttpResponse = perform_password_login(
        request, {"email": person.email}, Login(user=person, email=person.email)
    )
    return answer
