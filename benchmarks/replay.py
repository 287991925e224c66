"""The queries of a request, caught on their way, and run again bare: the floor under the page's time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg
from django.db import connection

_CONTACTS = "contacts_contact"


@dataclass(frozen=True, slots=True)
class Query:
    sql: str
    parameters: Any
    in_transaction: bool

    @property
    def reads_contacts(self) -> bool:
        return f'"{_CONTACTS}"' in self.sql or f"FROM {_CONTACTS}" in self.sql


@dataclass(frozen=True, slots=True)
class BareTime:
    """Milliseconds, results fetched."""

    contacts: float  # of the queries on contacts
    everything: float


@contextmanager
def caught_queries() -> Iterator[list[Query]]:
    queries: list[Query] = []

    def catch(
        execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        queries.append(Query(sql, parameters, connection.in_atomic_block))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(catch):
        yield queries


@contextmanager
def bare_connection() -> Iterator["psycopg.Connection[Any]"]:
    """Without Django; parameters are put into the text as Django does it, so the plans are the same."""
    settings = connection.get_connection_params()
    known = {
        name: value
        for name, value in settings.items()
        if name in ("dbname", "user", "password", "host", "port", "passfile")
    }
    with psycopg.connect(**known, autocommit=True, cursor_factory=psycopg.ClientCursor) as bare:
        yield bare


def replay(bare: "psycopg.Connection[Any]", queries: list[Query]) -> BareTime:
    """Run them again, those of a transaction in one, and take the time. Their limits of time are for the page only."""
    contacts = everything = 0.0
    for in_transaction, together in groupby(queries, key=lambda query: query.in_transaction):
        with bare.cursor() as cursor:
            if in_transaction:
                cursor.execute("BEGIN")
            for query in together:
                took = _run(cursor, query)
                if "statement_timeout" in query.sql:
                    cursor.execute("SET statement_timeout = 0")
                everything += took
                contacts += took if query.reads_contacts else 0.0
            if in_transaction:
                cursor.execute("COMMIT")
    return BareTime(contacts, everything)


def _run(cursor: "psycopg.Cursor[Any]", query: Query) -> float:
    started = time.perf_counter()
    # Composed by ourselves and by Django's ORM a moment ago.
    cursor.execute(query.sql, query.parameters or None)
    if cursor.description:
        cursor.fetchall()
    return (time.perf_counter() - started) * 1000
