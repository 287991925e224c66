"""Every request leaves one line in the log and its figures in the metrics; every statement to the database is timed."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse

from apps.core import metrics
from apps.core.client_address import client_address
from apps.core.logs.addresses import truncated
from apps.core.routes import MONITORING, STATIC, route_of

logger = structlog.get_logger(__name__)
_LONGEST_STATEMENT = 600
_LITERAL = re.compile(r"'(?:[^']|'')*'")


@dataclass(slots=True)
class QueryTimes:
    """How many statements there were, and the seconds they took."""

    route: str | None = None  # of a job: its task; None is the request's, known only while it runs
    count: int = 0
    seconds: float = 0.0

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - began
            self.count += 1
            self.seconds += took
            metrics.DB_QUERY_DURATION.observe(took)
            if took * 1000 >= settings.SLOW_QUERY_MS:
                self._say_slow(sql, took)

    def _say_slow(self, sql: Any, took: float) -> None:
        # Without its values, and without what hand-written SQL holds in quotes: that may be one.
        text = sql if isinstance(sql, str) else type(sql).__name__
        text = " ".join(_LITERAL.sub("'…'", text).split())[:_LONGEST_STATEMENT]
        logger.warning(
            "db.slow_query",
            **{"db.statement": text, "duration_ms": round(took * 1000, 1), "http.route": self.route},
        )


@contextmanager
def timed_queries(route: str | None = None) -> Iterator[QueryTimes]:
    """Time the statements of this thread; jobs wrap their run in it, with their task as the route."""
    times = QueryTimes(route)
    with connection.execute_wrapper(times):
        yield times


class ObservationMiddleware:
    """Directly inside the request's ids, so that its line has them and its time is nearly the whole."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        metrics.HTTP_REQUESTS_IN_FLIGHT.inc()
        try:
            with timed_queries() as queries:
                response = self.get_response(request)
        finally:
            metrics.HTTP_REQUESTS_IN_FLIGHT.dec()
        _observe(request, response, time.perf_counter() - began, queries)
        return response

    def process_view(self, request: HttpRequest, *view: Any) -> None:
        """The route is known now: a slow statement of the view can be told by it."""
        for wrapper in connection.execute_wrappers:
            if isinstance(wrapper, QueryTimes) and wrapper.route is None:
                wrapper.route = route_of(request)


def _observe(request: HttpRequest, response: HttpResponse, took: float, queries: QueryTimes) -> None:
    route, status = route_of(request), response.status_code
    if route in MONITORING:
        return
    method = metrics.method_label(request.method)
    metrics.HTTP_REQUESTS.labels(method, route, f"{status // 100}xx").inc()
    metrics.HTTP_REQUEST_DURATION.labels(route).observe(took)
    if status == 429:
        metrics.RATE_LIMITED.labels(_scope(request)).inc()
    if route == STATIC and status < 400:
        return  # a page brings a dozen of them, and their names say nothing
    is_slow = took * 1000 >= settings.SLOW_REQUEST_MS
    facts = {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "duration_ms": round(took * 1000, 1),
        "db.query.count": queries.count,
        "db.query.ms": round(queries.seconds * 1000, 1),
        "enduser.id": _person(request),
        "client.address": truncated(client_address(request)),
    }
    logger.info("http.request", **facts)
    if is_slow:
        logger.warning("http.slow_request", **facts)


def _person(request: HttpRequest) -> int | None:
    """The account's number, if the view asked who it is: a log line is worth no query."""
    return getattr(getattr(request, "_cached_user", None), "pk", None)


def _scope(request: HttpRequest) -> str:
    """Which kind of limit was hit: few values, whatever limits there will be."""
    if request.path.startswith("/api/"):
        return "api"
    name = request.resolver_match.url_name if request.resolver_match else None
    return "account" if (name or "").startswith("account_") else "page"
