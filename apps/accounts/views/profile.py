"""A person's own account: who they are here, how it looks for them, and what happened to it."""

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.accounts.access import Access, rights_in_words
from apps.accounts.forms import AppearanceForm, PreferencesForm
from apps.accounts.gate import requires
from apps.accounts.models import AdminUser
from apps.accounts.preferences import save_preferences
from apps.accounts.sign_in_history import history_of
from apps.accounts.time_zones import zone_names
from apps.core.converters import id_or_none
from apps.core.languages import speak_to


@require_http_methods(["GET", "HEAD", "POST"])
@requires(None)
def profile(request: HttpRequest, access: Access) -> HttpResponse:
    person = own_row(request)
    now = model_to_dict(person, PreferencesForm.Meta.fields)
    form = PreferencesForm(request.POST or None, initial=now, access=access)
    if request.method == "POST" and form.is_valid():
        save_preferences(person, **form.cleaned_data)
        speak_to(request, person.language)
        messages.success(request, _("Saved."))
        return redirect("profile")
    context = {
        "tab": "profile",
        "form": form,
        "person": person,
        "rights": rights_in_words(access),
        "zone_names": zone_names(),
    }
    return render(request, "accounts/profile.html", context)


@require_POST
@requires(None)
def appearance_save(request: HttpRequest, access: Access) -> HttpResponse:
    """The switches of the menu. What they do not say stays as it is; a script gets no page back."""
    person = own_row(request)
    given = {name: request.POST[name] for name in ("theme", "density") if name in request.POST}
    form = AppearanceForm({"theme": person.theme, "density": person.density, **given})
    if not form.is_valid():
        return HttpResponse(status=400)
    save_preferences(person, theme=form.cleaned_data["theme"], density=form.cleaned_data["density"])
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect(_page_before(request))


@require_safe
@requires(None)
def sign_in_history(request: HttpRequest, access: Access) -> HttpResponse:
    entries, older = history_of(own_row(request), before=id_or_none(request.GET.get("before", "")))
    context = {"tab": "sign_ins", "entries": entries, "older": older, "is_first": "before" not in request.GET}
    return render(request, "accounts/sign_in_history.html", context)


def own_row(request: HttpRequest) -> AdminUser:
    assert isinstance(request.user, AdminUser)  # the gate has seen to it
    return request.user


def _page_before(request: HttpRequest) -> str:
    referer = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        referer, {request.get_host()}, require_https=request.is_secure()
    )
    return referer if is_ours else "profile"
