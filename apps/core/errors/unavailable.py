"""Telling a database that does not answer from a fault of ours."""

from django.db import InterfaceError, OperationalError
from psycopg import errors
from psycopg_pool import PoolTimeout


def reason_of_unavailability(error: BaseException | None) -> str:
    """Why the database could not do what was asked: "pool", "time", "conflict" or "connection"; '' for other errors.

    Django wraps psycopg's error in its own and keeps it as the cause.
    """
    cause = error.__cause__ or error if error else None
    if isinstance(cause, errors.IdleInTransactionSessionTimeout):
        return "time"  # an internal error for Django
    if not isinstance(error, OperationalError | InterfaceError | PoolTimeout | errors.QueryCanceled):
        return ""
    if isinstance(cause, PoolTimeout):
        return "pool"
    if isinstance(cause, errors.QueryCanceled):
        return "time"
    # Class 40 of PostgreSQL's codes is "transaction rollback": deadlocks and serialization failures.
    if isinstance(cause, errors.LockNotAvailable) or (getattr(cause, "sqlstate", "") or "").startswith("40"):
        return "conflict"
    return "connection"
