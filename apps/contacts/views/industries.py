"""Industries: the list with its counts, and the form."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.contacts.models import Industry
from apps.contacts.queries import industries_with_counts


class IndustryForm(forms.ModelForm):
    class Meta:
        model = Industry
        fields = ("name", "description", "is_active")
        labels = {"is_active": gettext_lazy("Offered for new contacts")}

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        others = Industry.objects.filter(name__iexact=name).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("There is already an industry of this name."))
        return name


@require_safe
@requires(Capability.BROWSE)
def industry_list(request: HttpRequest, access: Access) -> HttpResponse:
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:200]
    industries = industries_with_counts(text, access)
    context = {"nav_current": "industries", "industries": industries, "q": text}
    return render(request, "industries/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.CREATE)
def industry_create(request: HttpRequest, access: Access) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.CREATE)
def industry_edit(request: HttpRequest, access: Access, industry_id: int) -> HttpResponse:
    return _edit(request, get_object_or_404(Industry, pk=industry_id))


def _edit(request: HttpRequest, industry: Industry | None) -> HttpResponse:
    form = IndustryForm(request.POST if request.method == "POST" else None, instance=industry)
    if request.method == "POST" and form.is_valid():
        saved = form.save()
        messages.success(request, _("%(name)s saved.") % {"name": saved.name})
        return redirect("industry_list")
    context = {
        "nav_current": "industries",
        "form": form,
        "industry": industry,
        "cancel_href": reverse("industry_list"),
    }
    return render(request, "industries/form.html", context, status=422 if form.is_bound else 200)
