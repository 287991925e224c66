"""The product's settings on a benchmark's database, named by BENCH_DATABASE, on the same server."""

import os

from appointment360.settings import *  # noqa: F403

DATABASES["default"]["NAME"] = os.environ["BENCH_DATABASE"]  # noqa: F405
# A benchmark asks more often than anybody may. Limits are still counted, as in the product.
RATE_LIMITS = {
    name: {kind: (1_000_000_000, seconds) for kind, (_, seconds) in rates.items()}
    for name, rates in RATE_LIMITS.items()  # noqa: F405
}
