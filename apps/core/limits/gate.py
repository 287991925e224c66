"""The limit in front of a view, and the page for those who are over it."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.error_pages import error_page
from apps.core.limits.classes import known_class
from apps.core.limits.keys import Keys, keys_of
from apps.core.limits.operations import Verdict, count_try

type View[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class LimitReached(Exception):
    """A try was refused. LimitsMiddleware answers it, wherever in a request it is raised."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(f"Over the limit for {verdict.retry_after} s.")
        self.verdict = verdict


def limited[**P](
    route_class: str,
    *,
    account: Callable[[HttpRequest], str | int | None] = lambda request: None,
    methods: frozenset[str] = frozenset({"POST"}),
) -> Callable[[View[P]], View[P]]:
    """A view's declared route class, for views that are no gated page: `@requires(..., limit=...)` does it for those.

    Raises ImproperlyConfigured for an unknown class.
    """
    known_class(route_class)

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def counted(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method in methods:
                refuse_over_limit(route_class, keys_of(request, account=account(request)))
            return view(request, *args, **kwargs)

        counted.route_class = route_class  # type: ignore[attr-defined]
        return counted

    return decorate


def refuse_over_limit(route_class: str, keys: Keys) -> None:
    """Count a try. Raises LimitReached when it is one too many."""
    verdict = count_try(route_class, keys)
    if not verdict.is_allowed:
        raise LimitReached(verdict)


class LimitsMiddleware:
    """Answers 429 with a page that says when to try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return too_many_requests(exception.verdict) if isinstance(exception, LimitReached) else None


def too_many_requests(verdict: Verdict) -> HttpResponse:
    again_at = timezone.now() + timedelta(seconds=verdict.retry_after)
    when = _("You can try again in %(time)s, at %(moment)s UTC.") % {
        "time": _in_words(verdict.retry_after),
        "moment": f"{again_at:%H:%M:%S}",
    }
    return error_page(429, when, retry_after=verdict.retry_after)


def _in_words(seconds: int) -> str:
    """Rounded up, so that who waits as long is let in."""
    if seconds > 3600:
        number = -(-seconds // 3600)
        words = ngettext("%(number)s hour", "%(number)s hours", number)
    elif seconds > 60:
        number = -(-seconds // 60)
        words = ngettext("%(number)s minute", "%(number)s minutes", number)
    else:
        number = seconds
        words = ngettext("%(number)s second", "%(number)s seconds", number)
    return words % {"number": number}
