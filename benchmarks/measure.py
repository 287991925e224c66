"""Measure the pages of one database, through the whole Django stack; a process of its own (see __main__.py)."""

import json
import sys
import time
from typing import Any

import django

django.setup()

from django.test import Client  # noqa: E402

from apps.accounts.access import Access  # noqa: E402
from apps.accounts.models import AdminUser  # noqa: E402
from apps.contacts.models import Contact  # noqa: E402
from benchmarks.figures import Figures, summary  # noqa: E402
from benchmarks.over_http import measure_over_http  # noqa: E402
from benchmarks.replay import bare_connection, caught_queries, replay  # noqa: E402
from benchmarks.scenarios import Group, groups  # noqa: E402

READER = "bench@demo.example"
WARM_UP_PAGES = 10


def main() -> None:
    reader = AdminUser.objects.filter(email=READER).first() or AdminUser.objects.create_user(
        READER, role="user"
    )
    access = Access.of(reader)
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader)
    for _ in range(WARM_UP_PAGES):
        client.get("/contacts/")
    figures = []
    for group in groups(access):
        figures.append(measured(client, group))
        print(f"  {group.name}: p50 {figures[-1].p50} ms", file=sys.stderr)
    result: dict[str, Any] = {
        "contacts": Contact.objects.count(),
        "groups": [each.as_dict() for each in figures],
        "http": measure_over_http(client.cookies["sessionid"].value),
    }
    json.dump(result, sys.stdout)


def bench_reader() -> AdminUser:
    """A member of staff with the default columns."""
    return AdminUser.objects.filter(email=READER).first() or AdminUser.objects.create_user(
        READER, role="user"
    )


def measured(client: Client, group: Group) -> Figures:
    """Each page once to warm up and to catch its queries, then once more for its time, then its queries bare."""
    times: list[tuple[str, float]] = []
    sql: list[float] = []
    all_sql: list[float] = []
    most_queries = 0
    with bare_connection() as bare:
        for url in group.urls:
            with caught_queries() as queries:
                refuse_failure(client, url)
            most_queries = max(most_queries, len(queries))
            times.append((url, timed(client, url)))
            replay(bare, queries)
            took = replay(bare, queries)
            sql.append(took.contacts)
            all_sql.append(took.everything)
    return summary(group.name, times, most_queries, sql, all_sql)


def timed(client: Client, url: str) -> float:
    started = time.perf_counter()
    client.get(url)
    return (time.perf_counter() - started) * 1000


def refuse_failure(client: Client, url: str) -> None:
    """A page that fails is quick; its time would be a lie."""
    response = client.get(url)
    if response.status_code not in (200, 404) or (response.status_code == 404 and "/contacts/?" in url):
        sys.exit(f"{url} answered {response.status_code}")
    if b"There is no such filter" in response.content:
        sys.exit(f"{url} asks for a filter that does not exist")


if __name__ == "__main__":
    main()
