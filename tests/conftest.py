"""What every test stands on: a real PostgreSQL (the embedded one, or DATABASE_URL's)."""

import pytest
from django.conf import settings

from apps.core import embedded


def pytest_sessionstart(session: pytest.Session) -> None:
    if settings.USES_EMBEDDED_DATABASE:
        try:
            embedded.ensure_running(settings.APP_DATA_DIR)
        except embedded.SetupError as error:
            pytest.exit(str(error), returncode=3)
