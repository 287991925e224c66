"""Somebody's statement of downloads, as admins see it; giving credit and correcting what is left."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.people.reach import require_reach_of_downloads
from apps.accounts.people.refusals import BeyondYourRights
from apps.accounts.quota import QuotaExceeded, ReferenceTaken, adjust_quota, grant_credit
from apps.accounts.views.statement import statement_answer
from apps.core.local_figures import grouped
from apps.users.quota_forms import CorrectionForm, CreditForm


@require_safe
@requires(Capability.MANAGE_USERS)
def user_statement(request: HttpRequest, access: Access, user_id: int) -> HttpResponseBase:
    person = get_object_or_404(AdminUser, pk=user_id)
    return statement_answer(
        request, person, template="users/statement.html", context={"nav_current": "users"}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_credit(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser, pk=user_id)
    form = CreditForm(person, request.POST if request.method == "POST" else None)
    if form.is_valid() and _gave_credit(form, person, access):
        messages.success(
            request,
            _("%(name)s has %(number)s more contacts.")
            % {"name": person.display_name, "number": grouped(form.cleaned_data["amount"])},
        )
        return redirect("user_statement", person.pk)
    return _form_page(
        request,
        person,
        form,
        heading=_("Give credit"),
        act=_("Give credit"),
        explanation=_(
            "Contacts to download besides the month’s limit. They are used once the limit is used up."
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.MANAGE_USERS, is_sensitive=True)
def user_correction(request: HttpRequest, access: Access, user_id: int) -> HttpResponse:
    person = get_object_or_404(AdminUser, pk=user_id)
    form = CorrectionForm(person, request.POST if request.method == "POST" else None)
    if form.is_valid() and _corrected(form, person, access):
        messages.success(request, _("What %(name)s has left is corrected.") % {"name": person.display_name})
        return redirect("user_statement", person.pk)
    return _form_page(
        request,
        person,
        form,
        heading=_("Correct what is left"),
        act=_("Correct it"),
        explanation=_(
            "For a mistake, such as a file that could not be used. The limit of later months stays as it is."
        ),
    )


def _gave_credit(form: CreditForm, person: AdminUser, access: Access) -> bool:
    said = form.cleaned_data
    try:
        require_reach_of_downloads(access, person)
        grant_credit(
            user=person,
            amount=said["amount"],
            reason=said["reason"],
            reference=said["key"],
            expires_at=said["expires_on"],
            actor_id=access.user_id,
        )
    except (ValueError, ReferenceTaken, BeyondYourRights) as error:
        form.add_error(None, _in_words(error))
        return False
    return True


def _corrected(form: CorrectionForm, person: AdminUser, access: Access) -> bool:
    said = form.cleaned_data
    try:
        require_reach_of_downloads(access, person)
        adjust_quota(
            user=person,
            change=said["change"],
            reason=said["reason"],
            reference=said["key"],
            bucket_id=said["bucket"],
            actor_id=access.user_id,
        )
    except QuotaExceeded as error:
        form.add_error(
            "change",
            _("%(number)s are left: take away so many at most.") % {"number": grouped(error.available)},
        )
    except (ValueError, BeyondYourRights) as error:
        form.add_error(None, str(error))
    else:
        return True
    return False


def _in_words(error: Exception) -> str:
    if isinstance(error, ReferenceTaken):
        return _("This form was sent before, with another number. Open it anew to give more.")
    return str(error)


def _form_page(
    request: HttpRequest, person: AdminUser, form: forms.Form, *, heading: str, act: str, explanation: str
) -> HttpResponse:
    context = {
        "nav_current": "users",
        "tab": "downloads",
        "person": person,
        "form": form,
        "heading": heading,
        "act": act,
        "explanation": explanation,
    }
    return render(request, "users/quota_form.html", context, status=422 if form.is_bound else 200)
