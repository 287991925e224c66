"""The product's addresses, and a few that are slow on purpose."""

import time

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from appointment360 import urls
from appointment360.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def slow(request: HttpRequest) -> HttpResponse:
    """Asks the database something, then takes its time."""
    _ask("SELECT 1")
    time.sleep(_seconds(request))
    return HttpResponse("done")


def slow_statement(request: HttpRequest) -> HttpResponse:
    _ask("SELECT pg_sleep(%s)", _seconds(request))
    return HttpResponse("done")


def idle_transaction(request: HttpRequest) -> HttpResponse:
    """Locks a contact and then does nothing, in the middle of a transaction."""
    with transaction.atomic():
        _ask("SELECT id FROM contacts_contact WHERE id = %s FOR UPDATE", int(request.GET["contact"]))
        time.sleep(_seconds(request))
        _ask("SELECT 1")
    return HttpResponse("done")


def _seconds(request: HttpRequest) -> float:
    return float(request.GET["seconds"])


def _ask(sql: str, *parameters: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        cursor.fetchone()


urlpatterns = [
    path("slow/", slow),
    path("slow-statement/", slow_statement),
    path("idle-transaction/", idle_transaction),
    *urls.urlpatterns,
]
