"""allauth's views of coming in and of passwords, as this house opens them: with its limits."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account import views
from allauth.account.views import INTERNAL_RESET_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from apps.accounts.access import Access
from apps.accounts.gate import requires
from apps.accounts.reset_links import lock_for_reset
from apps.accounts.sessions.known_devices import key_of_account
from apps.accounts.start_pages import start_page_of
from apps.accounts.two_factor.encryption import SecretUnreadable, decrypt, encrypt
from apps.core.limits.gate import View, limited


def _named_account(request: HttpRequest) -> str:
    """Whose mail box a stranger wants a mail in."""
    return key_of_account(request, request.POST.get("email", ""))


def _own_account(request: HttpRequest) -> int | None:
    return request.user.pk


class _ResetFromLink(views.PasswordResetFromKeyView):
    """allauth's, but two requests at once with one link are one new password.

    It keeps the link's key in the session of who has opened it. There it lies encrypted: what the table of sessions
    holds opens no link.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with _in_clear(request.session, INTERNAL_RESET_SESSION_KEY):
            answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            return answer

    def logout(self) -> None:
        """Whoever else is signed in here is signed out by the new password, not by looking at the link."""
        if self.request.method == "POST":
            super().logout()

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            if lock_for_reset(self.reset_user, form.temp_key):
                done: HttpResponse = super().form_valid(form)
                return done
        return self.render_to_response({"token_fail": True})


@contextmanager
def _in_clear(session: SessionBase, name: str) -> Iterator[None]:
    """Around what reads and writes a value of the session that is kept encrypted."""
    if name in session:
        try:
            session[name] = decrypt(session[name])
        except SecretUnreadable:
            del session[name]
    try:
        yield
    finally:
        if name in session:
            session[name] = encrypt(session[name])


# Failed sign-ins are counted where passwords are checked: AccountAdapter.authenticate.
sign_up = limited("reset")(views.signup)
reset_password = never_cache(limited("reset", account=_named_account)(views.password_reset))
reset_password_from_key = never_cache(limited("reset")(_ResetFromLink.as_view()))


def _sensitive(view: View[...]) -> View[...]:
    """A view of allauth's for somebody who has shown lately that it is them; their POSTs are counted."""

    @requires(None, is_sensitive=True)
    def gated(request: HttpRequest, access: Access, /, **kwargs: Any) -> HttpResponse:
        answer = limited("reset", account=_own_account)(view)(request, **kwargs)
        assert isinstance(answer, HttpResponse)
        return answer

    return gated


change_password = _sensitive(transaction.atomic(views.password_change))
set_password = _sensitive(transaction.atomic(views.password_set))


@never_cache
def sign_out(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    """Signing out, with the browser told to forget the pages it has seen.

    Only the cache: "storage" would take the theme along, and "cookies" those of the neighbours on the same domain. The
    cookie of the session is taken back by itself.
    """
    response: HttpResponseBase = views.logout(request, **kwargs)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache"'
    return response


@requires(None, is_same_while_looking=True)
def home(request: HttpRequest, access: Access) -> HttpResponse:
    return redirect(start_page_of(request.user, access))
