"""The way into every page: signed in, active, with the capability the page needs."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import Access, Capability, keep_capabilities
from apps.accounts.looking import Ended, LookEnded, current_look, only_looking, why_not_shown
from apps.accounts.reauthentication import is_recently_authenticated
from apps.accounts.time_zones import zone_of
from apps.accounts.two_factor.requirement import must_set_up_second_factor
from apps.core.languages import speak_to
from apps.core.limits.classes import known_class
from apps.core.limits.gate import refuse_over_limit
from apps.core.limits.keys import keys_of

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires[**P](
    capability: Capability | None,
    *,
    limit: str = "",
    is_sensitive: bool = False,
    only_shows: bool = False,
    is_same_while_looking: bool = False,
    is_open_without_factor: bool = False,
) -> Callable[[Callable[Concatenate[HttpRequest, Access, P], HttpResponseBase]], View[P]]:
    """A view's declared permission. The view gets the Access; without the capability: 403; strangers sign in.

    None is for what everybody who is signed in may do. `limit` is a route class of settings.RATE_LIMITS: who is over it
    gets 429. Raises ImproperlyConfigured for an unknown one. A sensitive view first asks who is there, unless that was
    shown within the last half hour. Who has no second factor though their role requires one is led to set one up, from
    every view that is not open without one.

    Who looks as somebody else (looking.py) gets pages that only show something, with the other's Access: those of a
    capability to read, and those declared so. The rest are refused, but for a view that is the same for them.
    """
    if limit:
        known_class(limit)

    def decorate(view: Callable[Concatenate[HttpRequest, Access, P], HttpResponseBase]) -> View[P]:
        @wraps(view)
        def gate(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            user: Any = request.user
            if not user.is_authenticated:
                return _to_sign_in(request)
            speak_to(request, user.language)
            if not is_open_without_factor and must_set_up_second_factor(request):
                return _to(_with_next("two_factor_setup", request), request)
            access = Access.of(user)
            keep_capabilities(user, access)
            if not is_same_while_looking:
                looked = _looked_through(request, access, capability, only_shows=only_shows)
                if isinstance(looked, HttpResponse):
                    return looked
                access = looked
            if capability is not None and not access.is_looking:
                access.require(capability)
            if is_sensitive and not is_recently_authenticated(request):
                return _to(_with_next("account_reauthenticate", request), request)
            if limit:
                refuse_over_limit(limit, keys_of(request, account=user.pk))
            request.access = access  # type: ignore[attr-defined]  # for the templates' frame, see access_for_templates
            with timezone.override(zone_of(user)):
                response = view(request, access, *args, **kwargs)
            return _finished(response, request, access)

        # Read by the test that no view is without them.
        gate.capability = capability  # type: ignore[attr-defined]
        gate.route_class = limit  # type: ignore[attr-defined]
        gate.is_sensitive = is_sensitive  # type: ignore[attr-defined]
        gate.only_shows = only_shows  # type: ignore[attr-defined]
        gate.is_open_without_factor = is_open_without_factor  # type: ignore[attr-defined]
        return gate

    return decorate


def _finished(response: HttpResponseBase, request: HttpRequest, access: Access) -> HttpResponseBase:
    response.setdefault("Cache-Control", "no-store")
    if getattr(request, "htmx", False):
        response["X-Access"] = access.mark  # see answers.js
    return response


def _looked_through(
    request: HttpRequest, own: Access, capability: Capability | None, *, only_shows: bool
) -> Access | HttpResponse:
    """The Access that a page is shown through: one's own, or that of whom one looks as; or why it is not shown."""
    try:
        look = current_look(request, own)
    except LookEnded as end:
        return _after_look(end, request)
    if look is None:
        return own
    request.look = look  # type: ignore[attr-defined]  # for the banner
    refusal = why_not_shown(look, capability, only_shows=only_shows)
    return only_looking(request, refusal) if refusal else look.access


def access_for_templates(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the Access of a gated view, and as whom it is looked, for the frame around every page."""
    return {"access": getattr(request, "access", None), "look": getattr(request, "look", None)}


_AFTER_LOOK = {
    Ended.TIME: _("You looked as {name} for half an hour; you are yourself again."),
    Ended.DEACTIVATED: _("{name} is deactivated now, and would see nothing. You are yourself again."),
    Ended.GONE: _("The person you looked as is no more. You are yourself again."),
    Ended.RIGHTS: _("You may not manage users any more, so you are yourself again."),
}


def _after_look(end: LookEnded, request: HttpRequest) -> HttpResponse:
    messages.info(request, str(_AFTER_LOOK[end.why]).format(name=end.name))
    is_shown = end.why in {Ended.TIME, Ended.DEACTIVATED}
    return _to(reverse("user_access", args=[end.person_id]) if is_shown else reverse("home"), request)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, which says why when a session has ended, and back; a fragment sends the whole page there."""
    address = str(redirect_to_login(_page_to_come_back_to(request)).headers["Location"])
    ended = getattr(request, "session_ended", None)
    if ended:
        address += f"&ended={ended}"
    return _to(address, request)


def _with_next(name: str, request: HttpRequest) -> str:
    return f"{reverse(name)}?{urlencode({'next': _page_to_come_back_to(request)})}"


def _to(address: str, request: HttpRequest) -> HttpResponse:
    if not getattr(request, "htmx", False):
        return HttpResponseRedirect(address)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer


def _page_to_come_back_to(request: HttpRequest) -> str:
    try:
        if getattr(request, "htmx", False):
            return urlsplit(request.htmx.current_url_abs_path or "/").geturl()  # type: ignore[attr-defined]
        if request.method not in {"GET", "HEAD"}:
            return _page_of_the_form(request)
    except ValueError:  # a header that is no address: "http://[", which no browser sends
        return "/"
    return request.get_full_path()


def _page_of_the_form(request: HttpRequest) -> str:
    """Where a form was sent from: its target is often no page to come back to."""
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return "/"
    return came_from._replace(scheme="", netloc="").geturl() or "/"
