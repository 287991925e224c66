"""The answers to probes, before any other middleware: no session, no sign-in, no host to match, nothing written.

/alive/   is the process wedged? It never asks the database: a database that is away is no reason to restart us.
/ready/   may this process get requests?
/health/  up or down, for uptime monitors, without a word more.
"""

import json
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from apps.core.health.readiness import database_answers, readiness

_RETRY_SECONDS = "5"


def alive(request: HttpRequest) -> HttpResponse:
    return _answer("alive")


def ready(request: HttpRequest) -> HttpResponse:
    is_ready, word = readiness()
    return _answer(word, is_well=is_ready)


def health(request: HttpRequest) -> HttpResponse:
    is_up = database_answers()
    return _answer("ok" if is_up else "down", is_well=is_up)


def _answer(status: str, *, is_well: bool = True) -> HttpResponse:
    answer = HttpResponse(
        json.dumps({"status": status}), status=200 if is_well else 503, content_type="application/json"
    )
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    if not is_well:
        answer["Retry-After"] = _RETRY_SECONDS
    # Django logs every answer from 500 on as an error, and this one comes every few seconds.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/alive/": alive,
    "/ready/": ready,
    "/health/": health,
}


class ProbeMiddleware:
    """The first of all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = PROBES.get(request.path_info)
        if probe is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            answer = HttpResponse(status=405)
            answer["Allow"] = "GET, HEAD"
            return answer
        return probe(request)
