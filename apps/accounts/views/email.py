"""Changing one's e-mail address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.access import Access
from apps.accounts.email_change.operations import (
    EmailTaken,
    LinkDead,
    ask_email_change,
    confirm_email_change,
    waiting_change,
)
from apps.accounts.forms import EmailChangeForm
from apps.accounts.gate import requires
from apps.accounts.mails.jobs import origin_of
from apps.accounts.views.profile import own_row
from apps.core.limits.gate import limited, refuse_over_limit
from apps.core.limits.keys import keys_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires(None, is_sensitive=True)
def email_change(request: HttpRequest, access: Access) -> HttpResponse:
    person = own_row(request)
    form = EmailChangeForm(request.POST if request.method == "POST" else None, person=person)
    if request.method == "POST":
        refuse_over_limit("reset", keys_of(request, account=person.pk))
        if form.is_valid():
            change = ask_email_change(person, email=form.cleaned_data["email"], origin=origin_of(request))
            return render(request, "accounts/email_asked.html", {"tab": "profile", "change": change})
    return render(request, "accounts/email_change.html", {"tab": "profile", "form": form, "person": person})


@limited("reset")
@require_http_methods(["GET", "HEAD", "POST"])
def email_confirm(request: HttpRequest, change_id: int, token: str) -> HttpResponse:
    """Behind the link of the mail. It asks first: mail programs open links by themselves."""
    try:
        if request.method == "POST":
            return _confirmed(request, change_id, token)
        context = {"change": waiting_change(change_id, token)}
        answer = render(request, "accounts/email_confirm.html", context)
    except LinkDead:
        answer = render(request, "accounts/email_link_dead.html", status=410)
    except EmailTaken:
        answer = render(request, "accounts/email_taken.html", status=409)
    answer["Cache-Control"] = "no-store"
    return answer


def _confirmed(request: HttpRequest, change_id: int, token: str) -> HttpResponse:
    person = confirm_email_change(
        change_id=change_id,
        token=token,
        origin=origin_of(request),
        keep_session=request.session.session_key or "",
    )
    if request.user.pk == person.pk:
        messages.success(request, _("Your e-mail address is %(email)s now.") % {"email": person.email})
        return redirect("profile")
    return render(request, "accounts/email_confirmed.html", {"person": person})
