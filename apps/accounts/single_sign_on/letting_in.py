"""Whom single sign-on lets in: people who are here already, by an e-mail address that the provider has verified."""

import hmac
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from apps.accounts.models import AdminUser
from apps.accounts.security_log.log import Kind, record_event
from apps.accounts.single_sign_on import provider_name
from apps.accounts.two_factor.requirement import CHECKED_BY_PROVIDER
from apps.accounts.two_factor.stages import PROVIDER_HAS_CHECKED
from apps.core.metrics import AUTH_FAILURES


def let_in(request: HttpRequest, claims: dict[str, Any], *, nonce: str, next_url: str | None) -> HttpResponse:
    """Sign somebody in by the checked claims of an id_token, with our second factor unless the provider had two."""
    if not nonce or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        return refuse(request, "failed")
    person = _person(claims)
    if person is None:
        record_event(Kind.SIGN_IN_FAILED, actor_id=None, details={"step": "single sign-on"})
        return refuse(request, "unknown")
    has_checked = _provider_has_checked_second_factor(claims)
    request.session.set_expiry(0)
    record_authentication(request, person, "socialaccount", provider="sso", uid=str(claims["sub"]))
    login = Login(user=person, redirect_url=next_url, state={PROVIDER_HAS_CHECKED: has_checked})
    answer: HttpResponse = perform_login(request, login)
    if (
        has_checked and request.user.is_authenticated
    ):  # else the word would wait in this browser for a password
        request.session[CHECKED_BY_PROVIDER] = person.pk
    return answer


def refuse(request: HttpRequest, why: str, *, status: int = 403) -> HttpResponse:
    """`why`: unknown (also: not verified), failed or unreachable."""
    AUTH_FAILURES.labels("single_sign_on").inc()
    return render(
        request, "single_sign_on/refused.html", {"why": why, "name": provider_name()}, status=status
    )


def _person(claims: dict[str, Any]) -> AdminUser | None:
    email = claims.get("email")
    # Some providers write the word instead of the value.
    if not isinstance(email, str) or claims.get("email_verified") not in (True, "true"):
        return None
    return AdminUser.objects.filter(email=email.strip().lower()).first()


def _provider_has_checked_second_factor(claims: dict[str, Any]) -> bool:
    """It says so in `amr` (RFC 8176): "mfa" is for more than one factor."""
    methods = claims.get("amr")
    return isinstance(methods, list) and "mfa" in methods
