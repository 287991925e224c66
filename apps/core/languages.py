"""The language of a page: the person's where they chose one, else the browser's.

The middleware begins with what the browser says (a cookie of an earlier choice, then Accept-Language). Once the gate
has read who is there it calls `speak_to`, so nothing is asked twice. Programs, jobs and commands get English.
"""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language_info

_FOR_PROGRAMS = ("/api/",)
_CHOSEN = "chosen_language"


class LanguageMiddleware:
    """Activates a language for the request and gives back the thread as it was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_FOR_PROGRAMS):
            with translation.override(settings.LANGUAGE_CODE):
                return self.get_response(request)
        remembered = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        with translation.override(translation.get_language_from_request(request)):
            response = self.get_response(request)
            response.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        _remember(request, response, remembered)
        return response


def speak_to(request: HttpRequest, language: str) -> None:
    """For the rest of the request: the language that somebody chose; '' leaves it to their browser."""
    setattr(request, _CHOSEN, language if language in language_names() else "")
    if language in language_names():
        translation.activate(language)
    elif settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        # Somebody else's choice, or one that was taken back.
        del request.COOKIES[settings.LANGUAGE_COOKIE_NAME]
        translation.activate(translation.get_language_from_request(request))


def spoken_to(language: str) -> translation.override:
    """A context in the language that somebody chose, for what is written to them where no browser asks."""
    return translation.override(language if language in language_names() else settings.LANGUAGE_CODE)


@cache
def language_names() -> dict[str, str]:
    """Code to the language's own name for itself, in the order of the choice."""
    return {code: str(get_language_info(code)["name_local"]).capitalize() for code, _ in settings.LANGUAGES}


def _remember(request: HttpRequest, response: HttpResponse, remembered: str) -> None:
    """The choice also in a cookie: for the sign-in page, and for errors before anybody knows who asks."""
    chosen: str | None = getattr(request, _CHOSEN, None)
    if chosen is None or chosen == remembered:
        return
    if chosen:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
    else:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
