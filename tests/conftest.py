"""What every test stands on: a real PostgreSQL (the embedded one, or DATABASE_URL's)."""

import hypothesis
import pytest
from django.conf import settings

from apps.core import embedded

pytest_plugins = ["tests.cast"]

# The same examples every time: a red run must be red again. No deadline: two cores are shared by everything here.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("repeatable")


def pytest_sessionstart(session: pytest.Session) -> None:
    if settings.USES_EMBEDDED_DATABASE:
        try:
            embedded.ensure_running(settings.APP_DATA_DIR)
        except embedded.SetupError as error:
            pytest.exit(str(error), returncode=3)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so no core waits for the other at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
