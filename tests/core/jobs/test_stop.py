"""Stopping jobs by hand, and what comes after: the effects, the end, and a Retry."""

from apps.accounts.models import AdminUser
from apps.core.jobs.operations import retry_failed_job, stop_job
from apps.core.jobs.rescue import rescue_stalled_jobs
from tests.core.jobs import jobs_for_tests as jobs
from tests.workers import effects, has_ended, outcomes_of, rows, status_of, wait_for, worker

LISTENING = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND datname = current_database()"


def is_running(number: int | None) -> bool:
    return outcomes_of(number)[-1:] == ["running"]


def attempts_at(number: int | None) -> list[str]:
    return [outcome for outcome in outcomes_of(number) if outcome not in {"stop_asked", "retried"}]


def test_a_running_job_that_is_stopped_leaves_no_effect_and_is_not_tried_again(admin: AdminUser):
    number = jobs.slow.enqueue({"text": "half", "seconds": 60})
    assert number
    with worker("--concurrency=1"):
        wait_for(lambda: is_running(number))
        assert stop_job(number, actor_id=admin.pk)
        wait_for(has_ended(number))
        wait_for(has_ended(jobs.write_it.enqueue({"text": "next"})))
    assert (status_of(number), attempts_at(number), effects()) == ("aborted", ["stopped"], ["next"])


def test_a_job_that_ignores_the_stop_ends_for_the_queue_and_writes_nothing_later(admin: AdminUser):
    number = jobs.holding.enqueue({"text": "half", "seconds": 6})
    assert number
    with worker("--concurrency=2"):
        wait_for(lambda: is_running(number))
        assert stop_job(number, actor_id=admin.pk)
        wait_for(has_ended(number))
        # It needs the lock that the thread holds until its own end, so what that would write is there before it.
        wait_for(has_ended(jobs.holding.enqueue({"text": "next", "seconds": 0})))
    assert (status_of(number), attempts_at(number), effects()) == ("aborted", ["stopped"], ["next"])


def test_a_stopped_attempt_that_goes_on_writes_nothing_into_the_retry(admin: AdminUser):
    number = jobs.steps.enqueue({"number": 2, "seconds": 5})
    assert number
    with worker("--concurrency=2"):
        wait_for(lambda: is_running(number))
        assert stop_job(number, actor_id=admin.pk)
        wait_for(has_ended(number))
        assert retry_failed_job(number, actor_id=admin.pk)
        wait_for(lambda: status_of(number) == "succeeded")
    assert effects() == ["step 0", "step 1"]


def test_a_job_that_was_told_to_stop_and_lost_its_worker_can_be_put_back(admin: AdminUser):
    number = jobs.write_it.enqueue({"text": "a"})
    assert number
    rows("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL RETURNING id")
    assert stop_job(number, actor_id=admin.pk)
    assert rescue_stalled_jobs(silence=60) == 1
    assert status_of(number) == "failed"
    assert retry_failed_job(number, actor_id=admin.pk)
    with worker("--until-empty") as process:
        assert process.wait(60) == 0
    assert effects() == ["a"]


def test_a_job_that_was_told_to_stop_is_not_handed_back(admin: AdminUser):
    number = jobs.slow.enqueue({"text": "half", "seconds": 60})
    assert number
    with worker("--concurrency=1", "--grace=3") as process:
        wait_for(lambda: is_running(number))
        process.terminate()
        # A worker that ends asks no more who was stopped.
        wait_for(lambda: rows(LISTENING) == [])
        assert stop_job(number, actor_id=admin.pk)
        assert process.wait(30) == 0
    assert (status_of(number), attempts_at(number), effects()) == ("aborted", ["stopped"], [])
