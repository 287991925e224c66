"""Input that no page can use is refused before any page or the database sees it."""

import codecs
from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse


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
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            raise BadRequest("The Content-Type names another charset than UTF-8.")
        return self.get_response(request)
