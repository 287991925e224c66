"""Input that no page can use is refused before any page or the database sees it."""

import codecs
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

_UNREADABLE = "application/x-unreadable"


class BadInputMiddleware:
    """Answers 400 for what PostgreSQL cannot hold in text: NUL in the path or in a cookie, and any charset but UTF-8.

    Some of the others make halves of surrogate pairs, and some no text at all. Parameters and form fields are left to
    the search parser and the forms, which name the one at fault.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or any("\0" in value for value in request.COOKIES.values()):
            raise BadRequest("The address or a cookie holds a NUL character.")
        if not _can_be_read(request.META.get("CONTENT_TYPE", "")):
            raise BadRequest("The Content-Type cannot be read, or names another charset than UTF-8.")
        return self.get_response(request)


class CarefulHandler(WSGIHandler):
    """Django's, which reads the Content-Type before there is a request that anybody could answer with 400."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> HttpResponseBase:
        if not _can_be_read(environ.get("CONTENT_TYPE", "")):
            environ["CONTENT_TYPE"] = _UNREADABLE
        return super().__call__(environ, start_response)


def _can_be_read(content_type: str) -> bool:
    try:
        kind, parameters = parse_header_parameters(content_type)
        return kind != _UNREADABLE and codecs.lookup(parameters.get("charset", "utf-8")).name == "utf-8"
    except (LookupError, ValueError):  # no such charset; no such header
        return False
