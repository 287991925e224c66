"""Keeping an error: a line in the log, and its group counted in the database. Nothing here ever raises."""

import hashlib
import linecache
import sys
from pathlib import Path
from typing import Any

import structlog
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.http import HttpRequest
from psycopg.pq import TransactionStatus

from apps.core import metrics
from apps.core.errors.unavailable import reason_of_unavailability
from apps.core.logs.frames import Frame, frames_of, stack_in_words, type_name
from apps.core.logs.scrubbing import in_one_line
from apps.core.request_ids import current_request_id
from apps.core.routes import route_of
from apps.core.sql import load_sql

logger = structlog.get_logger(__name__)
_SQL = Path(__file__).parent.parent / "sql" / "errors.sql"
_LONGEST_STACK = 20_000
_NOWHERE = Frame(path="", module="", function="", line=0, file="")


def record_error(error: BaseException, *, where: str, kind: str = "job") -> str:
    """Count an error in its group and log it; `where` is a job's task or a request's route, `kind` job or request.

    Call it outside a transaction that will be rolled back, or the count goes with it. Gives the fingerprint.
    """
    place = _place_of(error)
    fingerprint = _fingerprint(error, place)
    metrics.ERRORS.labels(kind).inc()
    logger.error(
        "error.unexpected",
        exc_info=error,
        **{"error.fingerprint": fingerprint, "http.route": where},
    )
    try:
        _count(_row(error, place, fingerprint, where))
    except Exception as failure:  # noqa: BLE001  # whatever it is, the answer to the request must not suffer
        logger.warning("error.not_kept", **{"error.type": type_name(failure)})
    return fingerprint


def _row(error: BaseException, place: Frame, fingerprint: str, where: str) -> dict[str, Any]:
    return {
        "fingerprint": fingerprint,
        "exception_type": type_name(error)[:200],
        "module": place.module[:200],
        "function": place.function[:200],
        "line": place.line,
        "where": in_one_line(where)[:300],
        "stack": stack_in_words(error)[:_LONGEST_STACK],
        "request_id": current_request_id(),
    }


def _place_of(error: BaseException) -> Frame:
    """Where in our own code it happened; for an error wholly inside a library, where in that."""
    frames = frames_of(error)
    ours = [frame for frame in frames if frame.is_ours]
    return (ours or frames or [_NOWHERE])[-1]


def _fingerprint(error: BaseException, place: Frame) -> str:
    """The kind of error and the statement at fault, by its text: its line number moves with every change above it."""
    statement = linecache.getline(place.file, place.line).strip()
    facts = "\n".join((type_name(error), place.module, place.function, statement))
    return hashlib.sha256(facts.encode()).hexdigest()[:32]


def _count(row: dict[str, Any]) -> None:
    if _is_broken_transaction():
        other = connection.copy()
        try:
            with other.cursor() as cursor:
                cursor.execute(load_sql(_SQL)["record"], row)
        finally:
            other.close()
        return
    # Inside somebody's transaction atomic() is a savepoint: a failure here must not break what they are doing.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(load_sql(_SQL)["record"], row)


def _is_broken_transaction() -> bool:
    """Whether this connection can do nothing but roll back."""
    if connection.needs_rollback:
        return True
    live = connection.connection
    return live is not None and live.info.transaction_status == TransactionStatus.INERROR


def _request_failed(sender: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    error = sys.exception()
    if error is not None and not reason_of_unavailability(error):
        record_error(error, where=route_of(request) if request else metrics.NO_ROUTE, kind="request")


def listen() -> None:
    got_request_exception.connect(_request_failed, dispatch_uid="apps.core.errors")
