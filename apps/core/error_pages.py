"""The answers people and programs get when something went wrong. None of them touches the database or the session.

People get a designed page; below /api/ it is a problem document (RFC 9457).
"""

import json
import sys
from collections.abc import Callable
from http import HTTPStatus

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from apps.core import metrics
from apps.core.errors.unavailable import reason_of_unavailability
from apps.core.logs.frames import type_name
from apps.core.request_ids import current_request_id
from apps.core.routes import route_of

logger = structlog.get_logger(__name__)
_API = "/api/"
_RETRY_SECONDS = 10
_PROBLEM = "application/problem+json"
# What to do next, for programs and those who write them.
_DETAILS = {
    400: "The request cannot be read. Correct it; sending it again will not help.",
    401: "Send a valid API token.",
    403: "This token's owner does not have the right to this. An administrator can extend it.",
    404: "There is nothing at this address, or you may not see it.",
    405: "This address does not take this method. The Allow header names those it takes.",
    413: "The request is larger than the server accepts. Send less at once.",
    429: "Too many requests in a short time. Wait as long as Retry-After says.",
    500: "The server met an error it did not expect. Quote the request id when you report it.",
    503: "The service cannot answer right now. Try again after Retry-After.",
}
_TOOK_TOO_LONG = (
    "This took longer than the server allows. Ask for less at once, for example with one more filter."
)
_CONFLICT = "Somebody else was changing the same records at this moment. Try again."


def error_page(
    status: int, message: str = "", *, request: HttpRequest | None = None, retry_after: int | None = None
) -> HttpResponse:
    """The answer of a status, with the request id and, where given, what exactly was wrong.

    Without the request it is the page even below /api/; ErrorFormMiddleware puts that right.
    """
    if request is not None and is_for_programs(request):
        answer = problem(request, status, message)
    else:
        context = {
            "request_id": current_request_id(),
            "message": message,
            "status": status,
            "retry_after": retry_after,
        }
        answer = HttpResponse(render_to_string(f"{status}.html", context), status=status)
    if retry_after is not None:
        answer["Retry-After"] = str(retry_after)
    answer["Cache-Control"] = "no-store"
    return answer


def is_for_programs(request: HttpRequest) -> bool:
    return request.path.startswith(_API)


def problem(request: HttpRequest, status: int, detail: str = "") -> HttpResponse:
    """RFC 9457: `type` is about:blank, so `title` is HTTP's own phrase; `request_id` is our extension."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    document = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or _DETAILS.get(status, title),
        "instance": request.path,
        "request_id": current_request_id(),
    }
    return HttpResponse(json.dumps(document), status=status, content_type=_PROBLEM)


class ErrorFormMiddleware:
    """Errors that something else than a handler answered: Django's empty 405, a page where a program asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400:
            return response
        if is_for_programs(request):
            return response if "json" in response.headers.get("Content-Type", "") else _as(response, request)
        if response.status_code == 405 and not response.content:
            return _as(response, request)
        return response


def _as(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """The same refusal in our form, with what its headers said."""
    answer = error_page(response.status_code, request=request)
    for name in ("Allow", "Retry-After", "WWW-Authenticate"):
        if name in response.headers:
            answer[name] = response.headers[name]
    return answer


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(413 if isinstance(exception, RequestDataTooBig) else 400, request=request)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    metrics.PERMISSION_DENIED.labels(getattr(exception, "kind", "other")).inc()
    return error_page(403, str(exception), request=request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(404, request=request)


def server_error(request: HttpRequest) -> HttpResponse:
    """500 for a fault of ours, 503 while the database does not answer: that is no fault of the code's."""
    error = sys.exception()
    reason = reason_of_unavailability(error)
    if not reason or error is None:
        answer = error_page(500, request=request)
    else:
        metrics.DB_UNAVAILABLE.labels(reason).inc()
        logger.warning(
            "db.unavailable",
            **{"event.reason": reason, "error.type": type_name(error), "http.route": route_of(request)},
        )
        message = {"time": _TOOK_TOO_LONG, "conflict": _CONFLICT}.get(reason, "")
        answer = error_page(503, message, request=request, retry_after=_RETRY_SECONDS)
    # Said above, and in errors/record.py; Django would say it again, with the path.
    answer._has_been_logged = True  # type: ignore[attr-defined]
    return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    metrics.PERMISSION_DENIED.labels("csrf").inc()
    if is_for_programs(request):
        return problem(request, 403, "The CSRF token is missing or out of date.")
    context = {"request_id": current_request_id(), "status": 403}
    return HttpResponse(render_to_string("403_csrf.html", context), status=403)
