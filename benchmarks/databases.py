"""The databases bench_100k and bench_1m: made when absent, made anew when tables or demo data have changed."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from django.db import connection

from appointment360.env import BASE_DIR
from apps.contacts.seeding.industries import industry_names
from apps.contacts.seeding.plan import DEFAULT_SEED, Plan
from apps.contacts.seeding.writing import written_blocks

SIZES = {"100k": 100_000, "1m": 1_000_000}
SAMPLE = 2_000


def name_of(size: str) -> str:
    return f"bench_{size}"


def environment(size: str) -> dict[str, str]:
    """For a process of its own that works on the benchmark's database."""
    own = {name: text for name, text in os.environ.items() if name != "PROCESS_ROLE"}
    return {**own, "DJANGO_SETTINGS_MODULE": "benchmarks.settings", "BENCH_DATABASE": name_of(size)}


def ensure(size: str) -> None:
    """The database of that size is there, with the tables and contacts of today's code."""
    wanted = fingerprint()
    if _comment_on(name_of(size)) == wanted:
        return
    print(f"Making {name_of(size)} with {SIZES[size]:,} contacts (kept for the next time) …", file=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name_of(size)} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name_of(size)}")
    for command in (["migrate", "--verbosity", "0"], ["seed_contacts", str(SIZES[size])]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=BASE_DIR,
            env=environment(size),
            stdout=sys.stderr,
            check=True,
        )
    with connection.cursor() as cursor:
        cursor.execute(f"COMMENT ON DATABASE {name_of(size)} IS '{wanted}'")


def fingerprint() -> str:
    """Of the tables, by their migrations, and of the demo data, by some of it."""
    digest = hashlib.sha256()
    for path in sorted(Path(BASE_DIR).glob("apps/*/migrations/*.py")):
        digest.update(path.read_bytes())
    sample = Plan(SAMPLE, DEFAULT_SEED, tuple(range(len(industry_names()))), (), operation_id=1)
    for block in written_blocks(sample):
        digest.update(block.copy_text)
    return digest.hexdigest()


def _comment_on(database: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [database]
        )
        row = cursor.fetchone()
    return (row[0] or "") if row else ""
