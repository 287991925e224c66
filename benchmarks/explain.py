"""Plans of every distinct query on the measured pages at 1 M: what reads the whole table, what takes long.

BENCH_DATABASE=bench_1m DJANGO_SETTINGS_MODULE=benchmarks.settings python -m benchmarks.explain [--output FILE]
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

import django
import psycopg

django.setup()

from django.test import Client  # noqa: E402

from apps.accounts.access import Access  # noqa: E402
from benchmarks.measure import bench_reader  # noqa: E402
from benchmarks.replay import Query, bare_connection, caught_queries  # noqa: E402
from benchmarks.scenarios import groups  # noqa: E402

LONG_MS = 100.0
_TABLE = "contacts_contact"
_SPACES = re.compile(r"\s+")


@dataclass(slots=True)
class Seen:
    """A query, distinct by its text with placeholders, with the parameters that took longest."""

    query: Query
    setting: str  # what was SET LOCAL before it, in its transaction
    url: str
    milliseconds: float
    plan: str

    @property
    def flags(self) -> list[str]:
        found = []
        if re.search(rf"Seq Scan on {_TABLE}\b", self.plan):
            found.append("SEQ SCAN")
        if self.milliseconds > LONG_MS:
            found.append(f"OVER {LONG_MS:.0f} ms")
        return found


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.explain", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--output", type=argparse.FileType("w"), help="write every plan here")
    options = parser.parse_args()
    reader = bench_reader()
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader)
    seen: dict[str, Seen] = {}
    with bare_connection() as bare:
        for group in groups(Access.of(reader)):
            for url in dict.fromkeys(group.urls):
                client.get(url)  # warm
                with caught_queries() as queries:
                    client.get(url)
                _explain_all(bare, queries, url, seen)
            print(f"  {group.name}: {len(seen)} distinct queries so far", file=sys.stderr)
    report(sorted(seen.values(), key=lambda found: -found.milliseconds), options.output)


def _explain_all(
    bare: "psycopg.Connection[Any]", queries: list[Query], url: str, seen: dict[str, Seen]
) -> None:
    for query, setting in with_settings(queries):
        plan, milliseconds = explained(bare, query, setting)
        known = seen.get(query.sql)
        if known is None or milliseconds > known.milliseconds:
            seen[query.sql] = Seen(query, setting, url, milliseconds, plan)


def with_settings(queries: list[Query]) -> Iterator[tuple[Query, str]]:
    """The queries on contacts, each with the SET LOCALs that held for it."""
    setting = ""
    for query in queries:
        if not query.in_transaction:
            setting = ""
        if query.sql.startswith("SET LOCAL"):
            setting = query.sql
        elif query.reads_contacts:
            yield query, setting


def explained(bare: "psycopg.Connection[Any]", query: Query, setting: str) -> tuple[str, float]:
    with bare.cursor() as cursor:
        cursor.execute("BEGIN")
        if setting:
            cursor.execute(setting)
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query.sql, query.parameters or None)
        lines = [line for (line,) in cursor.fetchall()]
        cursor.execute("ROLLBACK")
    time_line = next(line for line in reversed(lines) if line.startswith("Execution Time"))
    return "\n".join(lines), float(time_line.split()[2])


def report(found: list[Seen], output: TextIO | None) -> None:
    flagged = [each for each in found if each.flags]
    print(f"{len(found)} distinct queries on contacts, {len(flagged)} flagged.")
    for each in flagged:
        print(f"\n{', '.join(each.flags)}: {each.milliseconds:.1f} ms at {each.url}\n{each.setting}")
        print(_SPACES.sub(" ", each.query.sql)[:1500])
        print(each.plan)
    if output:
        for each in found:
            heading = f"-- {each.milliseconds:.1f} ms at {each.url} {' '.join(each.flags)}"
            output.write(f"{heading}\n{each.setting}\n{each.query.sql}\n{each.plan}\n\n")


if __name__ == "__main__":
    main()
