"""The product's settings on a benchmark's database, named by BENCH_DATABASE, on the same server."""

import os

from appointment360.settings import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ["BENCH_DATABASE"]  # noqa: F405
