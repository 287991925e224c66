"""The end of an attempt, when the database goes away at just that moment."""

import asyncio
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job as QueuedJob
from procrastinate.psycopg_connector import PsycopgConnector

from apps.core.jobs.definition import MAX_ATTEMPTS
from apps.core.jobs.fenced_manager import FencedJobManager
from apps.core.jobs.models import JobRun
from apps.core.jobs.worker import app_of_worker
from tests.core.jobs import jobs_for_tests as jobs
from tests.workers import effects, outcomes_of, rows, status_of, wait_for, worker


@pytest.fixture
def cut_at_the_end(queue: None) -> Iterator[None]:
    """Whoever puts a job back loses the connection, the first time."""
    with connection.cursor() as cursor:
        cursor.execute(f"""
            CREATE SEQUENCE cuts;
            GRANT USAGE ON SEQUENCE cuts TO {settings.APP_DATABASE["USER"]};
            CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('cuts') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER cut BEFORE UPDATE ON procrastinate_jobs FOR EACH ROW
            WHEN (OLD.status = 'doing' AND NEW.status = 'todo') EXECUTE FUNCTION cut();
        """)
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER cut ON procrastinate_jobs; DROP FUNCTION cut; DROP SEQUENCE cuts")


@pytest.mark.usefixtures("cut_at_the_end")
def test_an_end_that_met_a_lost_connection_is_written_all_the_same():
    number = jobs.fail.enqueue({"text": "a"})
    with worker("--concurrency=1"):
        wait_for(lambda: outcomes_of(number) == ["failed"])
        wait_for(lambda: status_of(number) == "todo")


@pytest.mark.usefixtures("cut_at_the_end")
def test_a_job_whose_handing_back_met_a_lost_connection_is_not_called_done():
    number = jobs.computing.enqueue({"text": "a", "seconds": 60})
    with worker("--concurrency=1", "--grace=0") as process:
        wait_for(lambda: outcomes_of(number) == ["running"])
        process.terminate()
        process.wait(30)
    assert status_of(number) != "succeeded"


def test_an_attempt_whose_connection_was_ended_is_tried_again_and_done_once():
    number = jobs.slow.enqueue({"text": "a", "seconds": 5})
    with worker("--concurrency=1"):
        wait_for(lambda: outcomes_of(number) == ["running"])
        wait_for(lambda: rows("SELECT pg_terminate_backend(backend_pid) FROM core_jobrun"))
        wait_for(lambda: status_of(number) == "todo")
        rows("UPDATE procrastinate_jobs SET scheduled_at = NULL RETURNING id")
        wait_for(lambda: status_of(number) == "succeeded")
    assert effects() == ["a"]
    assert "running" not in outcomes_of(number)


def test_an_error_that_holds_what_no_text_can_is_recorded():
    number = jobs.fail_with.enqueue({"codes": [97, 0, 27, 0xD800, 98]})
    with worker("--until-empty") as process:
        assert process.wait(60) == 0
    assert (status_of(number), outcomes_of(number)) == ("todo", ["failed"])
    assert JobRun.objects.get().error.startswith(r"ValueError: a\x00\x1b\ud800b")


def test_a_time_of_the_clock_is_not_made_up_for_after_a_later_one(queue: None):
    """A worker that was frozen wakes up with all the times it has missed; another one has had them."""

    async def defer(*times: int) -> list[int | None]:
        connector = PsycopgConnector(kwargs=connector_params())
        await connector.open_async()
        manager = FencedJobManager(connector, known=frozenset({"tests.write"}))
        try:
            return [await manager.defer_periodic_job(_nightly(time), "nightly", time) for time in times]
        finally:
            await connector.close_async()

    first, second, late, again = asyncio.run(defer(1000, 2000, 1000, 2000))
    assert first
    assert second
    assert (late, again) == (None, None)


def test_the_clock_enqueues_through_the_manager_that_knows_what_was_had():
    app = app_of_worker(PsycopgConnector(kwargs=connector_params()))
    clocks = list(app.periodic_registry.periodic_tasks.values())
    assert clocks
    assert {id(entry.task.configure().job_manager) for entry in clocks} == {id(app.job_manager)}


def test_what_the_clock_asked_for_without_a_worker_is_made_up_for_once():
    with worker(), worker():
        wait_for(lambda: rows("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'core.purge'"))
        wait_for(lambda: rows("SELECT count(*) FROM procrastinate_workers") == [(2,)])
    assert rows("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'core.purge'") == [(1,)]


def test_a_job_of_a_newer_version_waits_for_a_worker_that_knows_it():
    ((number,),) = rows(
        "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'newer.job') RETURNING id"
    )
    for attempts_before, expected in ((0, "todo"), (MAX_ATTEMPTS - 1, "failed")):
        rows(
            "UPDATE procrastinate_jobs SET scheduled_at = NULL, attempts = %s WHERE id = %s RETURNING id",
            [attempts_before, number],
        )
        with worker("--until-empty") as process:
            assert process.wait(60) == 0
        assert status_of(number) == expected


def _nightly(time: int) -> QueuedJob:
    return QueuedJob(
        id=None,
        queue="default",
        lock=None,
        queueing_lock=None,
        task_name="tests.write",
        task_kwargs={"timestamp": time},
    )


def test_until_empty_does_not_wait_for_a_job_that_cannot_be_begun():
    """Of one lock the first one goes first, even when it is to be tried again later."""
    jobs.locked.enqueue({"text": "a", "seconds": 0})
    rows("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' RETURNING id")
    jobs.locked.enqueue({"text": "b", "seconds": 0})
    with worker("--until-empty") as process:
        assert process.wait(20) == 0
    assert effects() == []
