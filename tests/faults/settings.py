"""The product in the fault tests: as in other tests, with addresses that are slow on purpose."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "tests.faults.urls"
