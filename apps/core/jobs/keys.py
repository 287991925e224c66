"""Putting back a job that has a key: of one key only one can wait, and another one may have come meanwhile."""

from collections.abc import Callable

from django.db import IntegrityError, connection, transaction
from psycopg.errors import UniqueViolation

from apps.core.jobs.statements import SQL


def put_back[T](job_id: int, statement: Callable[[], T]) -> T:
    """Do what makes the job wait again, in one transaction; without its key where another one waits under it.

    A second time, when that other one was being enqueued just then: its transaction was not to be seen the first time.
    """
    try:
        return _put_back(job_id, statement)
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        return _put_back(job_id, statement)


def _put_back[T](job_id: int, statement: Callable[[], T]) -> T:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SQL["release_key"], {"job": job_id})
        return statement()
