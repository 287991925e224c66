"""More requests at once than a process can ever serve: the next one is told at once."""

import threading
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.core import metrics
from apps.core.error_pages import error_page

RETRY_SECONDS = 5
# Those who ask whether the process lives must not hear that it is busy.
PROBES = ("/health/", "/ready/", "/alive/", "/metrics")


class CrowdMiddleware:
    """Lets in as many requests as settings.MOST_AT_ONCE; who comes on top of them gets 503 without waiting.

    Every request needs one connection of the pool. Behind so many who wait, the next one would wait until its patience
    ends and keep a thread from telling anybody. (The pool's own bound, max_waiting, counts those who gave up waiting,
    too: after an outage it refuses everybody for ever.)
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self._places = threading.BoundedSemaphore(settings.MOST_AT_ONCE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path in PROBES:
            return self.get_response(request)
        if not self._places.acquire(blocking=False):
            metrics.DB_UNAVAILABLE.labels("crowd").inc()
            return error_page(503, request=request, retry_after=RETRY_SECONDS)
        try:
            return self.get_response(request)
        finally:
            self._places.release()
