"""manage.py purge: removes what has had its time, and nothing else; interrupted anywhere, the next run goes on."""

import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core import retention
from apps.core.retention import purged, rules

pytestmark = pytest.mark.django_db


def run(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture
def purge(settings, tmp_path) -> Callable[..., dict[str, int]]:
    settings.APP_DATA_DIR = tmp_path

    def purged_by_command(**options) -> dict[str, int]:
        out = io.StringIO()
        call_command("purge", json=True, stdout=out, **options)
        return json.loads(out.getvalue())["removed"]

    return purged_by_command


@pytest.fixture
def jobs() -> None:
    """Ten that ended long ago, ten that ended now, ten old ones that wait; a schedule remembers one of them."""
    run(
        "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT 'default', 'old' FROM generate_series(1, 10)"
    )
    run(
        "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT 'default', 'new' FROM generate_series(1, 10)"
    )
    run(
        "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT 'default', 'waits' FROM generate_series(1, 10)"
    )
    run("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name <> 'waits'")
    run("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE task_name <> 'waits'")
    run("""
        UPDATE procrastinate_events SET at = now() - interval '30 days'
        WHERE job_id IN (SELECT id FROM procrastinate_jobs WHERE task_name <> 'new')
    """)
    run("""
        INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id)
        SELECT 'old', 1, min(id) FROM procrastinate_jobs WHERE task_name = 'old'
    """)


def test_finished_jobs_go_after_a_week_with_their_events(jobs, purge):
    assert purge(only=["finished jobs"]) == {"finished jobs": 10}
    kinds = run("SELECT task_name, count(*) FROM procrastinate_jobs GROUP BY 1 ORDER BY 1")
    assert kinds == [("new", 10), ("waits", 10)]
    assert run("SELECT count(*) FROM procrastinate_events WHERE at < now() - interval '7 days'") == [(10,)]
    assert run("SELECT job_id FROM procrastinate_periodic_defers") == [(None,)]


def test_a_dry_run_counts_what_a_run_then_removes(jobs, purge):
    run(
        "INSERT INTO core_cache VALUES ('old', '', now() - interval '1 day'), ('new', '', now() + interval '1 day')"
    )
    counted = purge(dry_run=True)
    assert counted["finished jobs"] == 10
    assert counted["cache"] == 1
    assert purge(dry_run=True) == counted
    assert purge() == counted
    assert set(purge().values()) == {0}
    assert run("SELECT cache_key FROM core_cache") == [("new",)]


def test_an_interrupted_purge_goes_on_where_it_was(jobs, purge, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    rule = next(rule for rule in rules() if rule.name == "finished jobs")
    assert next(purged(rule)) == 3  # and then somebody presses Ctrl-C
    assert purge(only=["finished jobs"]) == {"finished jobs": 7}


def test_how_long_things_are_kept_is_configured(settings):
    by_name = {rule.name: rule.keep for rule in rules()}
    assert by_name["finished jobs"] == timedelta(days=settings.KEEP_JOBS_DAYS)
    assert by_name["import files"] == timedelta(days=settings.KEEP_IMPORT_FILES_DAYS)


def test_an_unknown_rule_is_refused_with_those_there_are(purge):
    with pytest.raises(
        CommandError,
        match=r"no rule named everything\. There are: cache, deleted views, errors, finished jobs",
    ):
        purge(only=["everything"])


def test_the_cache_forgets_only_what_has_expired(settings):
    from apps.core.table_cache import TableCache

    cache = TableCache("core_cache", {"OPTIONS": {"MAX_ENTRIES": 10}})
    for number in range(30):
        cache.set(f"kept-{number}", number, 3600)
    run("UPDATE core_cache SET expires = now() - interval '1 hour' WHERE cache_key LIKE '%kept-0'")
    cache.set("one-more", 1, 3600)
    assert [cache.get(f"kept-{number}") for number in range(1, 30)] == list(range(1, 30))
    assert run("SELECT count(*) FROM core_cache WHERE expires < now()") == [(0,)]


def test_the_operation_log_has_no_rule():
    assert not any("operation" in rule.name or "change" in rule.name for rule in rules())
