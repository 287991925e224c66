"""What every test stands on: a real PostgreSQL (the embedded one, or DATABASE_URL's)."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.conf import settings
from django.db import connection

from apps.core import embedded

pytest_plugins = ["tests.cast", "tests.canary"]

# The same examples every time: a red run must be red again. No deadline: two cores are shared by everything here.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def acts_as_the_product(request: pytest.FixtureRequest) -> None:
    """Tests run as the role that the product runs as, so that it is shown to have the rights it needs.

    Those that alter tables say so (as_owner). Those that commit, and empty all tables afterwards, are the owner too.
    """
    marker = request.node.get_closest_marker("django_db")
    uses_database = "db" in request.fixturenames or marker is not None
    commits = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    if not uses_database or commits or request.node.get_closest_marker("as_owner"):
        return
    request.getfixturevalue("db")
    with connection.cursor() as cursor:  # the rollback at the end takes it back
        cursor.execute(f"SET ROLE {settings.APP_DATABASE['USER']}")


@pytest.fixture(autouse=True)
def queue_is_emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """Django empties the tables of its models after a test that commits; the queue's are none of those."""
    marker = request.node.get_closest_marker("django_db")
    if "transactional_db" not in request.fixturenames and not (marker and marker.kwargs.get("transaction")):
        yield
        return
    request.getfixturevalue("transactional_db")  # so that it is still there afterwards
    yield
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE"
        )


def pytest_sessionstart(session: pytest.Session) -> None:
    if settings.USES_EMBEDDED_DATABASE:
        try:
            embedded.ensure_running(settings.APP_DATA_DIR)
        except embedded.SetupError as error:
            pytest.exit(str(error), returncode=3)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so no core waits for the other at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
