"""allauth's views in which a second factor is shown: at sign-in, instead of a password, and to confirm who is there."""

from typing import Any

from allauth.account import views as account_views
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY, clear_login
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.base import views as code_views
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as passkey_views
from allauth.mfa.webauthn.internal import flows
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from apps.accounts.access import Access
from apps.accounts.adapter import reauthentication_methods
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.single_sign_on import provider_name
from apps.accounts.two_factor.forms import LIMIT
from apps.accounts.two_factor.queries import types_of
from apps.core.limits.gate import limited


class _StartsAnew:
    """Who comes to sign in gives up a sign-in that waits for its second step; allauth would lead back to it."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated and LOGIN_SESSION_KEY in request.session:
            clear_login(request)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a view's
        return answer


class SignInView(_StartsAnew, account_views.LoginView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "sso_name": provider_name()}


class SecondStepView(code_views.AuthenticateView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who gave a password that is not the person's any more begins anew."""
        answer: HttpResponse = (
            self.stage.abort() if self.stage.is_outdated() else super().post(request, *args, **kwargs)
        )
        return answer

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        types = types_of(self.stage.login.user)
        return {
            **super().get_context_data(**kwargs),
            "has_app": Authenticator.Type.TOTP in types,
            "has_passkey": Authenticator.Type.WEBAUTHN in types,
            "has_recovery_codes": Authenticator.Type.RECOVERY_CODES in types,
        }


class PasskeyAloneView(_StartsAnew, passkey_views.LoginWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        return render(
            self.request, "mfa/passkey_refused.html", {"next": get_next_redirect_url(self.request) or ""}
        )

    def form_valid(self, form: Any) -> HttpResponse:
        """As allauth's, and on to the page that was asked for; a browser that is to be forgotten is."""
        factor = form.cleaned_data["credential"]
        remember = form.cleaned_data["remember"]
        self.request.session.set_expiry(settings.SESSION_COOKIE_AGE if remember else 0)
        login = Login(user=factor.user, redirect_url=get_next_redirect_url(self.request))
        answer: HttpResponse = flows.perform_passwordless_login(self.request, factor, login)
        return answer


class ConfirmByPasskeyView(passkey_views.ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response({**self.get_context_data(), "form": form})


sign_in = SignInView.as_view()
second_step = SecondStepView.as_view()
passkey_sign_in = limited(LIMIT, methods=frozenset({"GET"}))(PasskeyAloneView.as_view())

_BY_PASSWORD = account_views.ReauthenticateView.as_view()
_BY_CODE = code_views.ReauthenticateView.as_view()
_BY_PASSKEY = ConfirmByPasskeyView.as_view()


@requires(None, is_open_without_factor=True)
def reauthenticate(request: HttpRequest, access: Access) -> HttpResponse:
    return _confirm(request, _BY_PASSWORD)


@requires(None, is_open_without_factor=True)
def reauthenticate_by_code(request: HttpRequest, access: Access) -> HttpResponse:
    return _confirm(request, _BY_CODE)


@requires(None, is_open_without_factor=True)
def reauthenticate_by_passkey(request: HttpRequest, access: Access) -> HttpResponse:
    return _confirm(request, _BY_PASSKEY)


def _confirm(request: HttpRequest, view: Any) -> HttpResponse:
    """allauth's view leads on to the right way of confirming; who has none at all signs in anew."""
    assert isinstance(request.user, AdminUser)
    if not reauthentication_methods(request.user):
        return render(request, "mfa/sign_in_again.html", {"next": get_next_redirect_url(request) or "/"})
    answer: HttpResponseBase = view(request)
    assert isinstance(answer, HttpResponse)
    return answer
