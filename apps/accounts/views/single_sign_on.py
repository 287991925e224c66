"""To the provider of the single sign-on, and back from it."""

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe
from requests import RequestException

from apps.accounts.single_sign_on import provider_name
from apps.accounts.single_sign_on.letting_in import refuse
from apps.accounts.single_sign_on.provider import SingleSignOn


@require_safe
def sso_sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _through(OAuth2LoginView, request, provider_id)


@require_safe
def sso_come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _through(OAuth2CallbackView, request, provider_id)


def _through(
    view: type[OAuth2LoginView] | type[OAuth2CallbackView], request: HttpRequest, provider_id: str
) -> HttpResponse:
    if not provider_name():
        raise Http404
    if request.user.is_authenticated:
        return HttpResponseRedirect(get_next_redirect_url(request) or reverse("home"))
    try:
        answer: HttpResponse = view.adapter_view(SingleSignOn(request, provider_id))(request)  # type: ignore[no-untyped-call]
    except (RequestException, OAuth2Error):
        return refuse(request, "unreachable", status=503)
    return answer
