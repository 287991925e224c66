"""The embedded server for the length of a task; it goes on when it was up before."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from apps.core import embedded


@contextmanager
def borrowed_database() -> Iterator[None]:
    started = settings.USES_EMBEDDED_DATABASE and embedded.ensure_running(settings.APP_DATA_DIR)
    try:
        yield
    finally:
        if started:
            embedded.stop(settings.APP_DATA_DIR)
