"""Whether the time of an answer tells who has an account: signing in and asking for a new password.

python -m benchmarks.sign_in_timing [--tries 200] [--json]     On the settings' database, `make run`'s. Not a test.

Each try is a request to the product in this process, with its own hashing of passwords: for an address that somebody
has, one that nobody has, and one whose account is switched off, by turns. The figure that counts (A5) is how far the
medians lie apart, in per cent of the first; ten is the most. The failed sign-ins stay in the security log.
"""

import argparse
import json
import os
import time
from statistics import median
from typing import Any

import django

WRONG = "a password of nobody's"
KINDS = {
    "known": "bench-known@timing.invalid",
    "unknown": "bench-nobody@timing.invalid",
    "inactive": "bench-gone@timing.invalid",
}
WARM_UP = 10


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sign_in_timing")
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    django.setup()
    from django.conf import settings
    from django.test.utils import setup_test_environment

    setup_test_environment()  # the host "testserver"
    settings.DEBUG = False
    for name in ("sign_in", "reset"):
        settings.RATE_LIMITS[name] = dict.fromkeys(settings.RATE_LIMITS[name], (10**9, 60))
    figures = measure(options.tries)
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for path, medians in figures.items():
        print(f"{path:17}", *(f"{kind} {value:.2f}" for kind, value in medians.items()))


def measure(tries: int) -> dict[str, dict[str, float]]:
    """Medians in milliseconds by path and kind, and the largest distance in per cent; leaves nobody behind."""
    from apps.accounts.models import AdminUser

    for kind in ("known", "inactive"):
        AdminUser.objects.create_user(KINDS[kind], "some other password", is_active=kind == "known")
    try:
        return {
            path: _by_turns(path, field, tries)
            for path, field in (("/login/", "login"), ("/password-reset/", "email"))
        }
    finally:
        AdminUser.objects.filter(email__endswith="@timing.invalid").delete()
        _empty_queue()


def _by_turns(path: str, field: str, tries: int) -> dict[str, float]:
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    kinds = list(KINDS)
    for turn in range(tries + WARM_UP):
        for kind in kinds[turn % 3 :] + kinds[: turn % 3]:
            took = _request(path, {field: KINDS[kind], "password": WRONG})
            if turn >= WARM_UP:
                times[kind].append(took)
    medians = {kind: median(values) for kind, values in times.items()}
    apart = max(medians.values()) - min(medians.values())
    return {**medians, "apart_percent": apart / medians["known"] * 100}


def _request(path: str, values: dict[str, Any]) -> float:
    from django.test import Client

    client = Client()
    started = time.perf_counter()
    answer = client.post(path, values)
    took = (time.perf_counter() - started) * 1000
    assert answer.status_code == (200 if path == "/login/" else 302)
    return took


def _empty_queue() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND args -> 'arguments' ->> 'origin' = 'http://testserver/'"
        )


if __name__ == "__main__":
    main()
