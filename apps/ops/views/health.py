"""How the installation is doing, for operators and their monitoring; for everybody else there is nothing here."""

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.two_factor.requirement import must_set_up_second_factor
from apps.core import metrics
from apps.core.client_address import is_direct, peer_address
from apps.core.health.checks import Status, look_at_everything
from apps.core.metric_page import CONTENT_TYPE, metrics_text

type _View = Callable[[HttpRequest], HttpResponse]


def for_operators_and_monitoring(view: _View) -> _View:
    """Allow-listed addresses and people with the right to operations; for others the address does not exist."""

    @wraps(view)
    def admitted(request: HttpRequest) -> HttpResponse:
        if not (_is_listed(request) or _is_operator(request)):
            metrics.PERMISSION_DENIED.labels("hidden").inc()
            raise Http404
        answer = view(request)
        answer["Cache-Control"] = "no-store"
        answer._has_been_logged = True  # type: ignore[attr-defined]  # 503 is its answer, not its failure
        return answer

    return admitted


def _is_listed(request: HttpRequest) -> bool:
    """By the address of the connection itself: of what a proxy forwards, only the proxy's is known for sure."""
    try:
        peer = ip_address(peer_address(request))
    except ValueError:
        return False
    return is_direct(request) and any(peer in network for network in settings.HEALTH_ALLOWED_ADDRESSES)


def _is_operator(request: HttpRequest) -> bool:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return False  # and the session stays untouched, as at an address that does not exist
    was_accessed = request.session.accessed
    user = request.user
    is_operator = (
        user.is_authenticated
        and Access.of(user).can(Capability.OPERATIONS)
        and not must_set_up_second_factor(request)
    )
    if not is_operator:
        # Else "Vary: Cookie" on the answer would tell this address from one that does not exist.
        request.session.accessed = was_accessed
    return is_operator


# csrf_exempt: they change nothing, and a refused form would tell that there is something here.
@csrf_exempt
@for_operators_and_monitoring
@require_safe
def health_detailed(request: HttpRequest) -> HttpResponse:
    components = look_at_everything()
    bad = {Status.DOWN, Status.TIMEOUT}
    is_well = not any(each["status"] in bad for each in components.values())
    document = {"status": "ok" if is_well else "down", "components": components}
    return JsonResponse(document, status=200 if is_well else 503)


@csrf_exempt
@for_operators_and_monitoring
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(metrics_text(), content_type=CONTENT_TYPE)
