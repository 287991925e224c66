"""The download ledger: reserve and spend alone, beside five others, and in a ledger of a million entries; its pages.

python -m benchmarks.quota [--entries 1000000] [--json]     In a database of its own, made and dropped. Not a test.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from functools import partial
from statistics import median
from typing import Any

import django

from appointment360.env import BASE_DIR

DATABASE = "bench_quota"
PEOPLE = 1000
OF_ONE = 100_000  # entries of the person whose statement is read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quota")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.inside:
        _in_a_database_of_its_own(sys.argv[1:])
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    django.setup()
    figures = measure(options.entries)
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for name, figure in figures.items():
        print(f"{name:52} {figure}")


def _in_a_database_of_its_own(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    os.environ["PROCESS_ROLE"] = (
        "setup"  # the owner: it makes a database, and a million entries past the triggers
    )
    from django.conf import settings
    from django.db import connection

    from apps.core import embedded

    if settings.USES_EMBEDDED_DATABASE:
        embedded.ensure_running(settings.APP_DATA_DIR)
    django.setup()
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "BENCH_DATABASE": DATABASE}
    from scripts.preparation import collect_static

    with redirect_stdout(sys.stderr):  # standard output is for the figures
        collect_static()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE}")
    try:
        for command in (
            ["manage.py", "migrate", "--verbosity", "0"],
            ["-m", "benchmarks.quota", "--inside", *arguments],
        ):
            subprocess.run([sys.executable, *command], cwd=BASE_DIR, env=environment, check=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def measure(entries: int) -> dict[str, Any]:
    from apps.accounts.models import AdminUser

    one = AdminUser.objects.create_user("one@quota.example", download_limit=1_000_000, role="admin").pk
    figures: dict[str, Any] = {"one person alone": _timed(partial(_download, one), 300)}
    figures["one person, six at once"] = _at_once(one, 6, 60)
    began = time.perf_counter()
    fill(one, entries)
    figures[f"made {entries:,} entries in"] = f"{time.perf_counter() - began:.0f} s"
    figures[f"one person alone, at {entries:,} entries"] = _timed(partial(_download, one), 300)
    figures[f"one person, six at once, at {entries:,} entries"] = _at_once(one, 6, 60)
    figures.update(_pages(one))
    figures["the nightly check"] = _timed(_reconciled, 3)
    figures["plans"] = _plans(one)
    return figures


def _download(person: int, number: int) -> None:
    from apps.accounts.quota import reserve_quota, spend_quota

    reference = f"bench {time.perf_counter_ns()} {number}"
    spend_quota(reserve_quota(user=person, amount=2, reference=reference), amount=1)


def _reconciled(_number: int) -> None:
    from apps.accounts.quota.reconciliation import find_differences

    assert find_differences() == []


def _timed(act: Callable[[int], object], times: int) -> str:
    took = []
    for number in range(times):
        started = time.perf_counter()
        act(number)
        took.append((time.perf_counter() - started) * 1000)
    return _summary(took)


def _at_once(person: int, threads: int, times: int) -> str:
    from django.db import connections

    def work(thread: int) -> list[float]:
        took = []
        for number in range(times):
            started = time.perf_counter()
            _download(person, thread * times + number)
            took.append((time.perf_counter() - started) * 1000)
        connections.close_all()
        return took

    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        took = [each for some in pool.map(work, range(threads)) for each in some]
    return f"{_summary(took)}, {threads * times / (time.perf_counter() - started):.0f} a second"


def _summary(took: list[float]) -> str:
    from benchmarks.figures import percentile

    return f"median {median(took):.1f} ms, p95 {percentile(took, 0.95):.1f} ms"


def fill(one: int, entries: int) -> None:
    """Ledgers that add up: OF_ONE entries of that person, the others spread over PEOPLE."""
    from django.db import connection

    from apps.accounts.models import AdminUser
    from apps.accounts.quota import reserve_quota, spend_quota

    people = AdminUser.objects.bulk_create(
        AdminUser(email=f"p{number}@quota.example", download_limit=1_000_000) for number in range(PEOPLE)
    )
    for person in people:
        spend_quota(reserve_quota(user=person, amount=1, reference="first"))
    each = (entries - OF_ONE) // PEOPLE // 3
    with connection.cursor() as cursor:
        _triggers(cursor, "DISABLE")
        for user_ids, downloads in (([one], OF_ONE // 3), ([person.pk for person in people], each)):
            cursor.execute(_DOWNLOADS, {"users": user_ids, "downloads": downloads})
        cursor.execute(_SUMS)
        _triggers(cursor, "ENABLE")
        cursor.execute("VACUUM ANALYZE")


def _triggers(cursor: Any, state: str) -> None:
    for table in ("account", "bucket", "entry"):
        cursor.execute(f"ALTER TABLE accounts_quota_{table} {state} TRIGGER USER")


# Each download is three entries: 3 contacts reserved, 2 spent, 1 given back. Past the triggers, whose sums are made
# here, so that a million takes seconds.
_DOWNLOADS = """
WITH made AS (
    INSERT INTO accounts_quota_reservation (user_id, reference, amount, spent, state, expires_at, finished_at)
    SELECT user_id, 'export ' || n, 3, 2, 'spent', now(), now()
    FROM unnest(%(users)s::bigint[]) AS user_id, generate_series(1, %(downloads)s) AS n
    RETURNING id, user_id, reference, substr(reference, 8)::bigint AS n
)
INSERT INTO accounts_quota_entry (user_id, bucket_id, reservation_id, number, kind, amount, change, balance, total,
    month, reason, actor_id, reference)
SELECT made.user_id, bucket.id, made.id, account.entry_count + (n - 1) * 3 + part, entry.kind, contacts, change,
    bucket.balance - 2 * (n - 1) + so_far, account.balance - 2 * (n - 1) + so_far, bucket.month,
    'Download', made.user_id, made.reference
FROM made
JOIN accounts_quota_bucket AS bucket ON bucket.user_id = made.user_id
JOIN accounts_quota_account AS account ON account.user_id = made.user_id,
(VALUES (1, 'reserve', 3, -3, -3), (2, 'spend', 2, 0, -3), (3, 'release', 1, 1, -2))
    AS entry (part, kind, contacts, change, so_far)
"""
_SUMS = """
UPDATE accounts_quota_bucket AS bucket
SET balance = e.balance, used = e.used, spent = e.spent
FROM (
    SELECT bucket_id, sum(change) AS balance,
        sum(CASE kind WHEN 'reserve' THEN amount WHEN 'release' THEN -amount ELSE 0 END) AS used,
        sum(amount) FILTER (WHERE kind = 'spend') AS spent
    FROM accounts_quota_entry GROUP BY bucket_id
) AS e WHERE e.bucket_id = bucket.id;
UPDATE accounts_quota_account AS account
SET balance = e.balance, entry_count = e.number
FROM (
    SELECT user_id, sum(change) AS balance, max(number) AS number FROM accounts_quota_entry GROUP BY user_id
) AS e
WHERE e.user_id = account.user_id;
"""


def _pages(one: int) -> dict[str, str]:
    from django.test import Client

    from apps.accounts.models import AdminUser
    from apps.accounts.quota import usage_of

    client = Client(SERVER_NAME="localhost")
    client.force_login(AdminUser.objects.get(pk=one))
    everybody = list(AdminUser.objects.values_list("pk", flat=True)[:50])

    def page(address: str, _number: int) -> None:
        answer = client.get(address)
        assert answer.status_code == 200
        if answer.streaming:
            list(getattr(answer, "streaming_content", []))

    return {
        f"statement, of {OF_ONE:,} entries": _timed(partial(page, "/profile/downloads/"), 20),
        "statement, the last page": _timed(partial(page, "/profile/downloads/?before=40"), 20),
        "statement, all months": _timed(partial(page, "/profile/downloads/?month=all"), 20),
        "statement as a file": _timed(partial(page, "/profile/downloads/?format=csv"), 3),
        "usage of fifty people": _timed(lambda _number: usage_of(everybody), 100),
    }


def _plans(one: int) -> str:
    """Of the statement's queries on entries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from apps.accounts.models import AdminUser
    from apps.accounts.quota.statement import statement_of

    person = AdminUser.objects.get(pk=one)
    with CaptureQueriesContext(connection) as queries:
        statement_of(person)
    plans = []
    with connection.cursor() as cursor:
        for query in queries.captured_queries:
            if '"accounts_quota_entry"' in query["sql"]:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {query['sql'].replace('%', '%%')}")
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
    return "\n\n".join(["", *plans])


if __name__ == "__main__":
    main()
