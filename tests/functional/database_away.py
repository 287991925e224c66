"""Addresses of the product at a moment when the database has gone: a contact's page cannot be had."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from psycopg_pool import PoolTimeout


def away(request: HttpRequest, contact_id: int) -> HttpResponse:
    raise OperationalError("no connection") from PoolTimeout("couldn't get a connection")


urlpatterns = [path("contacts/<int:contact_id>/", away), path("", include("appointment360.urls"))]
handler404 = "apps.core.error_pages.not_found"
handler500 = "apps.core.error_pages.server_error"
