"""A person's own second factors: what they have, adding, removing, new recovery codes."""

import base64

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.internal.auth import begin_registration
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import Access
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.two_factor.encryption import SecretUnreadable, decrypt, encrypt
from apps.accounts.two_factor.forms import AddAppForm, AddPasskeyForm, PasskeyNameForm
from apps.accounts.two_factor.operations import (
    FactorRefused,
    add_authenticator_app,
    add_passkey,
    make_recovery_codes,
    remove_factor,
    rename_passkey,
)
from apps.accounts.two_factor.queries import passkey_of, security_of
from apps.accounts.two_factor.requirement import must_set_up_second_factor

# In the session, encrypted: the secret of an app that is being set up.
_DRAFT = "two_factor_draft"


@require_safe
@requires(None)
def security(request: HttpRequest, access: Access) -> HttpResponse:
    return render(
        request, "mfa/security.html", {"security": security_of(_person(request)), "tab": "security"}
    )


@require_safe
@requires(None, is_open_without_factor=True)
def two_factor_setup(request: HttpRequest, access: Access) -> HttpResponse:
    """Where somebody is led whose role requires a second factor, until they have one."""
    if not must_set_up_second_factor(request):
        return redirect(_next(request) or "security")
    return render(request, "mfa/setup.html", {"next": _next(request)})


@require_http_methods(["GET", "POST"])
@requires(None, is_sensitive=True, is_open_without_factor=True)
def app_add(request: HttpRequest, access: Access) -> HttpResponse:
    person = _person(request)
    secret = _draft(request)
    form = AddAppForm(request.POST or None, secret=secret)
    if request.method == "POST" and form.is_valid():
        try:
            codes = add_authenticator_app(
                person, secret=secret, used_step=form.used_step, session_key=_session_key(request)
            )
        except FactorRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("security")
        del request.session[_DRAFT]
        return _added(request, codes, _("The authenticator app is set up."))
    adapter = get_adapter()
    address = adapter.build_totp_url(person, secret)
    picture = base64.b64encode(adapter.build_totp_svg(address).encode()).decode()
    context = {
        "form": form,
        "secret": " ".join(secret[place : place + 4] for place in range(0, len(secret), 4)),
        "address": address,
        "picture": f"data:image/svg+xml;base64,{picture}",
        "next": _next(request),
        "tab": "security",
    }
    return render(request, "mfa/app_add.html", context)


@require_http_methods(["GET", "POST"])
@requires(None, is_sensitive=True, is_open_without_factor=True)
def passkey_add(request: HttpRequest, access: Access) -> HttpResponse:
    person = _person(request)
    name = get_adapter().generate_authenticator_name(person, Authenticator.Type.WEBAUTHN)
    form = AddPasskeyForm(request.POST or None, initial={"name": name})
    if request.method == "POST" and form.is_valid():
        try:
            codes = add_passkey(person, **form.cleaned_data, session_key=_session_key(request))
        except FactorRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("security")
        return _added(request, codes, _("The passkey was added."))
    context = {
        "form": form,
        "options": begin_registration(person, passwordless=True),
        "next": _next(request),
        "tab": "security",
    }
    return render(request, "mfa/passkey_add.html", context)


@require_http_methods(["GET", "POST"])
@requires(None, is_sensitive=True)
def passkey_rename(request: HttpRequest, access: Access, factor_id: int) -> HttpResponse:
    passkey = passkey_of(_person(request), factor_id)
    if passkey is None:
        raise Http404
    form = PasskeyNameForm(request.POST or None, initial={"name": passkey.name})
    if request.method == "POST" and form.is_valid():
        if not rename_passkey(_person(request), factor_id, name=form.cleaned_data["name"]):
            raise Http404
        messages.success(request, _("The passkey has its new name."))
        return redirect("security")
    return render(request, "mfa/passkey_rename.html", {"form": form, "passkey": passkey, "tab": "security"})


@require_POST
@requires(None, is_sensitive=True)
def factor_remove(request: HttpRequest, access: Access, factor_id: int) -> HttpResponse:
    try:
        if not remove_factor(_person(request), factor_id, session_key=_session_key(request)):
            raise Http404
        messages.success(request, _("Removed. You were signed out everywhere else."))
    except FactorRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("security")


@require_POST
@requires(None, is_sensitive=True)
def recovery_codes_make(request: HttpRequest, access: Access) -> HttpResponse:
    try:
        codes = make_recovery_codes(_person(request), session_key=_session_key(request))
    except FactorRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("security")
    return _show_codes(request, codes, _("The old recovery codes do not work any more."))


def _added(request: HttpRequest, codes: list[str], sentence: str) -> HttpResponse:
    if codes:
        return _show_codes(request, codes, sentence)
    messages.success(request, _("%(sentence)s You were signed out everywhere else.") % {"sentence": sentence})
    return redirect(_next(request) or "security")


def _show_codes(request: HttpRequest, codes: list[str], sentence: str) -> HttpResponse:
    """In the answer itself and nowhere else: neither the session nor the database has them in clear."""
    lines = [
        _("Appointment360: recovery codes of %(email)s") % {"email": _person(request).email},
        _("Each works once."),
        "",
        *codes,
        "",
    ]
    file = base64.b64encode("\n".join(lines).encode()).decode()
    context = {
        "codes": codes,
        "sentence": sentence,
        "file": f"data:text/plain;base64,{file}",
        "next": _next(request),
        "tab": "security",
    }
    return render(request, "mfa/recovery_codes.html", context)


def _draft(request: HttpRequest) -> str:
    try:
        return decrypt(request.session[_DRAFT])
    except (KeyError, SecretUnreadable):
        secret = generate_totp_secret()
        request.session[_DRAFT] = encrypt(secret)
        return secret


def _next(request: HttpRequest) -> str:
    """The page of ours to go on to; '' when none was asked for."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A path: redirect() takes a bare word for the name of a view.
    return wanted if is_ours and wanted.startswith("/") else ""


def _session_key(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _person(request: HttpRequest) -> AdminUser:
    assert isinstance(request.user, AdminUser)  # the gate has seen to it
    return request.user
