"""Reading the kept mails."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from apps.core.client_address import is_direct, peer_address
from apps.core.kept_mails.folder import KeptMail, kept_mail, kept_mails

# What a mail may do in its frame: be looked at. Its own styles, its own words, links that open elsewhere.
_POLICY = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.NONE],
    "frame-ancestors": [CSP.SELF],
}


def on_this_machine(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mails open accounts: they are for who sits at this machine, and do not exist for anybody else."""

    @wraps(view)
    def admitted(request: HttpRequest, **kwargs: str) -> HttpResponse:
        if not _is_on_this_machine(request):
            raise Http404
        answer = view(request, **kwargs)
        answer["Cache-Control"] = "no-store"
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return admitted


def _is_on_this_machine(request: HttpRequest) -> bool:
    try:
        return is_direct(request) and ip_address(peer_address(request)).is_loopback
    except ValueError:
        return False


@require_safe
@on_this_machine
def kept_mail_list(request: HttpRequest) -> HttpResponse:
    return render(request, "kept_mails/list.html", {"mails": kept_mails()})


@require_safe
@on_this_machine
def kept_mail_page(request: HttpRequest, mail_id: str) -> HttpResponse:
    return render(request, "kept_mails/mail.html", {"mail": _mail(mail_id)})


@require_safe
@on_this_machine
@csp_override(_POLICY)
@xframe_options_sameorigin
def kept_mail_html(request: HttpRequest, mail_id: str) -> HttpResponse:
    """The mail as a mail program shows it; links open in the whole window."""
    return HttpResponse(_mail(mail_id).html.replace("<a ", '<a target="_top" '))


def _mail(mail_id: str) -> KeptMail:
    mail = kept_mail(mail_id)
    if mail is None:
        raise Http404
    return mail
