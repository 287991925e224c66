"""The pages people see when something went wrong. None of them touches the database or the session."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from apps.core.request_ids import current_request_id


def error_page(status: int, message: str = "") -> HttpResponse:
    """The designed page of a status, with the request id and, where given, what exactly was wrong."""
    context = {"request_id": current_request_id(), "message": message, "status": status}
    return HttpResponse(render_to_string(f"{status}.html", context), status=status)


class WrongMethodMiddleware:
    """Django answers a wrong method with an empty page; people get the designed one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or response.content:
            return response
        page = error_page(405)
        page["Allow"] = response.headers.get("Allow", "")
        return page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(403, str(exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(404)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    context = {"request_id": current_request_id(), "status": 403}
    return HttpResponse(render_to_string("403_csrf.html", context), status=403)
