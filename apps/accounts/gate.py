"""The way into every page: signed in, active, with the capability the page needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from apps.accounts.access import Access, Capability

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponse]


def requires[**P](
    capability: Capability,
) -> Callable[[Callable[Concatenate[HttpRequest, Access, P], HttpResponse]], View[P]]:
    """A view's declared permission. The view gets the Access; without the capability: 403; strangers sign in."""

    def decorate(view: Callable[Concatenate[HttpRequest, Access, P], HttpResponse]) -> View[P]:
        @wraps(view)
        def gate(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user: Any = request.user
            if not user.is_authenticated:
                return _to_sign_in(request)
            access = Access.of(user)
            access.require(capability)
            request.access = access  # type: ignore[attr-defined]  # for the templates' frame, see access_for_templates
            response = view(request, access, *args, **kwargs)
            response.setdefault("Cache-Control", "no-store")
            return response

        gate.capability = capability  # type: ignore[attr-defined]  # read by the test that no view is without one
        return gate

    return decorate


def access_for_templates(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the Access of a gated view, for what the frame around every page shows."""
    return {"access": getattr(request, "access", None)}


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; a fragment request sends the whole page there."""
    if not getattr(request, "htmx", False):
        return redirect_to_login(request.get_full_path())
    page = urlsplit(request.htmx.current_url_abs_path or "/").geturl()  # type: ignore[attr-defined]
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = redirect_to_login(page, resolve_url("account_login")).headers["Location"]
    return answer
