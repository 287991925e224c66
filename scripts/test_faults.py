"""`make test-faults`: workers, the database and the web processes are killed, frozen and crowded while people work.

One test after the other, for they measure time; then the promises of limits, sessions, logs and probes, where
nothing is killed. FAULTS_FULL=1 runs each for the minutes its promise speaks of.
"""

import os
import sys

from django.core.exceptions import ImproperlyConfigured

from apps.core.embedded import SetupError
from scripts.borrowed_database import borrowed_database
from scripts.test import pytest

# What docs/reliability.md lists under a check's number and `make test` runs too.
PROMISES = (
    "tests/accounts/sessions",
    "tests/accounts/test_capability_cache.py",
    "tests/core/limits",
    "tests/core/test_canaries.py",
    "tests/core/test_client_address.py",
    "tests/core/test_gunicorn.py",
    "tests/core/test_health.py",
    "tests/core/test_logs.py",
    "tests/ops/test_health_pages.py",
)


def main() -> int:
    with borrowed_database():
        faults = pytest("-m", "faults", "--durations", "0", "--durations-min", "1", "tests/faults")
        promises = pytest("-n", "2", "--dist", "loadfile", *PROMISES)
    return faults or promises


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    try:
        sys.exit(main())
    except (SetupError, ImproperlyConfigured) as error:
        sys.exit(f"make test-faults: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
