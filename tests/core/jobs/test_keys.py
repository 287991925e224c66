"""Keys while jobs go back into the queue, by whatever way."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from django.db import connection, transaction

from apps.core.jobs.operations import retry_failed_job
from tests.core.jobs import jobs_for_tests as jobs
from tests.waiting import wait_until_somebody_waits
from tests.workers import outcomes_of, rows, status_of, wait_for, worker


def failed_job(key: str) -> int:
    number = jobs.write_it.enqueue({"text": "a"}, key=key)
    assert number
    rows("UPDATE procrastinate_jobs SET status = 'failed', attempts = 8 WHERE id = %s RETURNING id", [number])
    return number


def test_a_second_click_on_retry_leaves_the_waiting_job_its_key():
    number = failed_job("k")
    assert retry_failed_job(number, actor_id=None)
    assert not retry_failed_job(number, actor_id=None)
    assert jobs.write_it.enqueue({"text": "b"}, key="k") is None


def test_a_retry_while_another_one_of_its_key_is_being_enqueued_puts_it_back():
    number = failed_job("k")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert jobs.write_it.enqueue({"text": "b"}, key="k")
            retried = pool.submit(_in_a_thread, number)
            wait_until_somebody_waits()
        assert retried.result(30)
    assert status_of(number) == "todo"


def _in_a_thread(number: int) -> bool:
    try:
        return retry_failed_job(number, actor_id=None)
    finally:
        connection.close()


def test_a_job_handed_back_while_another_one_of_its_key_is_being_enqueued_is_not_lost():
    number = jobs.computing.enqueue({"text": "a", "seconds": 60}, key="k")
    with worker("--concurrency=1", "--grace=0") as process:
        wait_for(lambda: outcomes_of(number) == ["running"])
        with transaction.atomic():
            assert jobs.write_it.enqueue({"text": "b"}, key="k")
            process.terminate()
            wait_until_somebody_waits()
        assert process.wait(30) == 0
    assert (status_of(number), outcomes_of(number)) == ("todo", ["handed_back"])


def test_two_jobs_of_one_lock_that_are_begun_at_the_same_moment_cost_no_worker():
    first = jobs.locked.enqueue({"text": "a", "seconds": 0})
    with ExitStack() as stack:
        with transaction.atomic():
            rows("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s RETURNING id", [first])
            with ThreadPoolExecutor(1) as pool:
                urgent = pool.submit(_enqueue_urgent).result(30)
            process = stack.enter_context(worker("--process", "--concurrency=1"))
            wait_until_somebody_waits()
        wait_for(lambda: status_of(first) == status_of(urgent) == "succeeded")
        assert process.poll() is None


def _enqueue_urgent() -> int | None:
    try:
        return jobs.locked.enqueue({"text": "b", "seconds": 0}, priority=9)
    finally:
        connection.close()
