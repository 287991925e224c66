"""What the rate limit adds to a request: the page of the list with the limit of searches and without it, by turns.

python -m benchmarks.rate_limits [--requests 400] [--json]     On the settings' database, `make run`'s. Not a test.
"""

import argparse
import json
import os
import time
from statistics import median
from typing import Any

import django


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rate_limits")
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    setup_test_environment()  # the host "testserver"
    settings.DEBUG = False
    figures = {"statement": _statement(options.requests * 5), **_pages(options.requests)}
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for name, figure in figures.items():
        print(f"{name:28} {figure if isinstance(figure, float) else _line(figure)}")


def _statement(number: int) -> dict[str, float]:
    """The call alone, account and address, over 10,000 accounts in turn."""
    from apps.core.limits.operations import count_try, lift_limits

    times = []
    for turn in range(number):
        keys = {"account": f"bench {turn % 10_000}", "address": "192.0.2.1"}
        started = time.perf_counter()
        count_try("search", keys)
        times.append((time.perf_counter() - started) * 1000)
    lift_limits(keys=[f"bench {turn}" for turn in range(10_000)] + ["192.0.2.1"])
    return _summary(times)


def _pages(number: int) -> dict[str, Any]:
    """The option lists, the quickest page that is limited: there the limit weighs most."""
    from django.conf import settings
    from django.contrib.sessions.models import Session
    from django.test import Client

    from apps.accounts.models import AdminUser

    client = Client()
    person = AdminUser.objects.create_user("bench@rate-limits.invalid", role="admin")
    client.force_login(person)
    limits = {
        "with the limit": {"account": (10**9, 60), "address": (10**9, 60)},
        "without it": dict[str, tuple[int, int]](),
    }
    times: dict[str, list[float]] = {name: [] for name in limits}
    differences = []
    try:
        for turn in range(number + 20):
            took = {}
            # Which comes first changes, so that neither has the warmer caches.
            for name in list(limits)[:: 1 if turn % 2 else -1]:
                settings.RATE_LIMITS["search"] = limits[name]
                started = time.perf_counter()
                answer = client.get("/contacts/options/title/?q=eng")
                took[name] = (time.perf_counter() - started) * 1000
                assert answer.status_code == 200
            if turn >= 20:
                differences.append(took["with the limit"] - took["without it"])
                for name, value in took.items():
                    times[name].append(value)
    finally:
        Session.objects.filter(session_key=client.session.session_key).delete()
        person.delete()
    with_limit, without = (median(times[name]) for name in limits)
    return {
        **{f"request, {name}": _summary(values) for name, values in times.items()},
        "added to a request": _summary(differences),
        "ratio of the medians": round(with_limit / without, 3),
    }


def _summary(times: list[float]) -> dict[str, float]:
    from benchmarks.figures import percentile

    return {
        "p50": round(median(times), 3),
        "p95": round(percentile(times, 0.95), 3),
        "worst": round(max(times), 3),
    }


def _line(figure: dict[str, float]) -> str:
    return "   ".join(f"{name} {value:7.3f} ms" for name, value in figure.items())


if __name__ == "__main__":
    main()
