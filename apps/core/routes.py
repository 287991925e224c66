"""An address without what is particular to a visit: the template that matched it."""

from django.conf import settings
from django.http import HttpRequest

from apps.core.metrics import NO_ROUTE

STATIC = "static"
# Asked by programs every few seconds: neither in the log nor in the figures of what people did. The other probes are
# answered before anything looks at them.
MONITORING = frozenset({"/health/detailed/", "/metrics"})


def route_of(request: HttpRequest) -> str:
    """Such as "/contacts/<bigid:contact_id>/"; "static" for a static file, "none" for an address nobody has."""
    match = request.resolver_match
    if match is not None:
        return "/" + str(match.route).lstrip("^/")
    return STATIC if request.path.startswith(settings.STATIC_URL) else NO_ROUTE
