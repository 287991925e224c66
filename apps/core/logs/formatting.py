"""From a record to its line. The record's form is OpenTelemetry's log data model."""

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, WrappedLogger

from apps.core.logs.attributes import is_allowed
from apps.core.logs.frames import stack_in_words, type_name
from apps.core.logs.scrubbing import in_one_line, is_denied, scrub
from apps.core.request_ids import current_request_id, current_span_id, current_trace_id

# opentelemetry.io/docs/specs/otel/logs/data-model, "SeverityNumber"
_SEVERITIES = ((50, "FATAL", 21), (40, "ERROR", 17), (30, "WARN", 13), (20, "INFO", 9), (0, "DEBUG", 5))
UNFORMATTED = "A record could not be formatted (%s)"
_OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUOTED_REQUEST = re.compile(
    r"\AInvalid request from ip=[^ ]*: ([A-Za-z ]+).*|\AError handling request (?!\().*", re.DOTALL
)
# Ours by construction: checked, or made here.
_VERBATIM = {"exception.stacktrace", "http.route", "request.id", "error.fingerprint", "logger"}


def json_formatter(resource: Mapping[str, str]) -> logging.Formatter:
    """One JSON object in one line."""
    return _formatter(resource, _as_json)


def console_formatter(resource: Mapping[str, str]) -> logging.Formatter:
    """For a person at a terminal: time, severity, what, and the attributes; an exception's frames below."""
    return _formatter(resource, _as_text)


def _formatter(resource: Mapping[str, str], render: Any) -> logging.Formatter:
    _configure_structlog()

    def assemble(logger: WrappedLogger, name: str, event: EventDict) -> Mapping[str, Any]:
        return _log_record(event, dict(resource))

    return _Formatter(
        processors=[assemble, render], foreign_pre_chain=[structlog.contextvars.merge_contextvars]
    )


class _Formatter(ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001  # logging itself would print the record with its arguments
            fault = logging.makeLogRecord(
                {**vars(record), "msg": UNFORMATTED, "args": (type_name(error),), "exc_info": None}
            )
            return super().format(fault)


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _log_record(event: EventDict, resource: dict[str, str]) -> Mapping[str, Any]:
    record: logging.LogRecord = event.pop("_record")
    is_ours = event.pop("_from_structlog")
    said = str(event.pop("event"))
    exception = _exception_of(event.pop("exc_info", None))
    event.pop("stack_info", None)
    attributes = {name: _plain(name, value) for name, value in event.items() if is_allowed(name)}
    if not is_ours:
        said = _without_request(_without_path(said, record))
        attributes |= _extras(record)
    if exception is not None:
        if (message := str(exception)) and len(message) > 3:
            said = said.replace(message, "…")
        attributes |= {
            "error.type": type_name(exception),
            "exception.stacktrace": stack_in_words(exception),
        }
    if request_id := current_request_id():
        attributes["request.id"] = request_id
    attributes["logger"] = record.name
    _, word, number = next(each for each in _SEVERITIES if record.levelno >= each[0])
    moment = datetime.fromtimestamp(record.created, UTC)
    line: dict[str, Any] = {
        "Timestamp": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SeverityText": word,
        "SeverityNumber": number,
        "Body": scrub(said),
    }
    if is_ours:
        line["EventName"] = line["Body"]
    if trace_id := current_trace_id():
        line |= {"TraceId": trace_id, "SpanId": current_span_id()}
    return line | {"Resource": resource, "Attributes": attributes}


def _exception_of(exc_info: Any) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if exc_info is True:
        import sys

        exc_info = sys.exc_info()
    return exc_info[1] if isinstance(exc_info, tuple) and isinstance(exc_info[1], BaseException) else None


def _without_path(said: str, record: logging.LogRecord) -> str:
    """Django names the path of a faulty request; it may hold a reset key, or what somebody was looking for."""
    path = getattr(getattr(record, "request", None), "path", "")
    return said.replace(path, "…") if len(path) > 1 else said


def _without_request(said: str) -> str:
    """gunicorn says from whom a request came, and quotes what it could not read: a search, a cookie, a form's line."""
    return _QUOTED_REQUEST.sub(lambda found: f"{found[1] or 'Error handling request'} …", said)


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    """What a library hung onto its record, as far as it is plain and its name is harmless."""
    return {
        scrub(name): _plain(name, value)
        for name, value in vars(record).items()
        if name not in _OF_EVERY_RECORD
        and not name.startswith("_")
        and isinstance(value, str | int | float | bool)
        and not is_denied(name)
    }


def _plain(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return in_one_line(str(value)) if name in _VERBATIM else scrub(str(value))


def _as_json(logger: WrappedLogger, name: str, line: Mapping[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)


def _as_text(logger: WrappedLogger, name: str, line: Mapping[str, Any]) -> str:
    attributes = dict(line["Attributes"])
    stack = str(attributes.pop("exception.stacktrace", ""))
    said = " ".join(f"{key}={in_one_line(str(value))}" for key, value in attributes.items())
    head = f"{line['Timestamp'][11:23]} {line['SeverityText']:5} {line['Body']}  {said}"
    frames = [f"    {in_one_line(each)}" for each in stack.split("\n") if each]
    return "\n".join([head, *frames])
