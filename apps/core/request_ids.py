"""Which request, and which trace, a thing belongs to: on the response, the error pages, every log line and what is
sent on to jobs and other services.

The request id is ours alone; the trace id is W3C Trace Context's (www.w3.org/TR/trace-context), shared with whatever
called us and whatever we call.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
TRACE_HEADER = "traceparent"
_SAFE = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Version 00 only. The standard forbids ff, and of a later version nobody knows yet what it means.
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class _Ids:
    request_id: str = ""
    trace_id: str = ""
    span_id: str = ""
    flags: str = "00"


_NONE = _Ids()
_current: ContextVar[_Ids] = ContextVar("ids", default=_NONE)


def current_request_id() -> str:
    """The id of the request being answered, or whose job is being done; '' outside one."""
    return _current.get().request_id


def current_trace_id() -> str:
    """32 hexadecimal digits; '' outside a request and a job."""
    return _current.get().trace_id


def current_span_id() -> str:
    """16 hexadecimal digits: this request, or this run of a job, within its trace; '' outside both."""
    return _current.get().span_id


def current_traceparent() -> str:
    """The header for calls to other services; '' outside a request and a job."""
    ids = _current.get()
    return f"00-{ids.trace_id}-{ids.span_id}-{ids.flags}" if ids.trace_id else ""


def correlation() -> dict[str, str]:
    """What a job takes along, to go on under the same ids: see resume()."""
    ids = _current.get()
    return {"request_id": ids.request_id, "trace_id": ids.trace_id}


@contextmanager
def resume(taken_along: Mapping[str, object] | None) -> Iterator[None]:
    """Go on under the ids of correlation(), as a span of its own; what is missing or malformed is made afresh."""
    taken = taken_along or {}
    request_id, trace_id = str(taken.get("request_id", "")), str(taken.get("trace_id", ""))
    ids = _Ids(
        request_id=request_id if _SAFE.fullmatch(request_id) else secrets.token_hex(8),
        trace_id=trace_id if _TRACE_ID.fullmatch(trace_id) else secrets.token_hex(16),
        span_id=secrets.token_hex(8),
    )
    token = _current.set(ids)
    try:
        yield
    finally:
        _current.reset(token)


def _ids_of(request: HttpRequest) -> _Ids:
    """A caller's ids where they have a safe form, else new ones."""
    given = request.headers.get(HEADER, "")
    trace = _TRACEPARENT.fullmatch(request.headers.get(TRACE_HEADER, ""))
    return _Ids(
        request_id=given if _SAFE.fullmatch(given) else secrets.token_hex(8),
        trace_id=trace[1] if trace else secrets.token_hex(16),
        span_id=secrets.token_hex(8),
        # The only flag that version 00 knows: whether the caller records the trace.
        flags=f"{int(trace[3], 16) & 1:02x}" if trace else "00",
    )


class RequestIdMiddleware:
    """Gives each request its ids, and says them on the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ids = _ids_of(request)
        token = _current.set(ids)
        try:
            response = self.get_response(request)
            response[HEADER] = ids.request_id
            response[TRACE_HEADER] = current_traceparent()
        finally:
            _current.reset(token)
        return response
