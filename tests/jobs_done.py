"""Doing what waits in the queue, in the test's own process and transaction, by the code that workers run."""

import json
from typing import Any

from django.db import connection

from apps.core.jobs.definition import _jobs
from apps.core.jobs.run import Run
from apps.core.jobs.running import _work
from apps.core.request_ids import resume

# The worker that a test is, for as long as its transaction.
_CLAIM = """
    WITH me AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)
    UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM me)
    WHERE id = (SELECT id FROM procrastinate_jobs WHERE status = 'todo' ORDER BY priority DESC, id LIMIT 1)
    RETURNING id, worker_id, task_name, queue_name, args
"""


def queued() -> list[tuple[str, dict[str, Any]]]:
    """The name and the arguments of each job that waits, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name, args -> 'arguments' FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        )
        return [(task, json.loads(arguments)) for task, arguments in cursor.fetchall()]


def do_jobs() -> int:
    """Do all jobs that wait, and those that they enqueue; how many. Raises what a job raises."""
    done = 0
    while _do_one():
        done += 1
    return done


def _do_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM)
        found = cursor.fetchone()
    if found is None:
        return False
    number, worker, task, queue, packed = found
    arguments = json.loads(packed)
    asked = arguments.get("asked") or {}
    run = Run(number, worker, 1, task, queue, asked.get("by"), asked, None)
    with resume(asked):
        _work(_jobs[task], run, arguments.get("arguments") or {})
    return True
