"""What a job promises: its place in a transaction, its effects, its retries, its record."""

import time

import pytest
from django.db import transaction

from apps.accounts.models import AdminUser
from apps.core.jobs.definition import MAX_ATTEMPTS, wait_after
from apps.core.jobs.models import JobRun
from apps.core.jobs.rescue import rescue_stalled_jobs
from apps.core.request_ids import resume
from tests.core.jobs import jobs_for_tests as jobs
from tests.workers import effects, has_ended, outcomes_of, rows, status_of, wait_for, worker


def work_off() -> None:
    with worker("--until-empty") as process:
        assert process.wait(60) == 0


def be_due() -> None:
    rows("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' RETURNING id")


def test_a_job_is_done_and_its_run_recorded(admin: AdminUser):
    with resume({"request_id": "request-1234"}):
        number = jobs.write_it.enqueue({"text": "a"}, actor_id=admin.pk)
    work_off()
    assert effects() == ["a"]
    assert status_of(number) == "succeeded"
    run = JobRun.objects.get()
    assert (run.job_id, run.task, run.attempt, run.actor_id) == (number, "tests.write", 1, admin.pk)
    assert (run.request_id, run.outcome, run.error) == ("request-1234", "succeeded", "")
    assert run.seconds is not None
    assert run.seconds >= 0


def test_a_job_belongs_to_the_transaction_that_enqueues_it():
    for _ in range(100):
        try:
            with transaction.atomic():
                jobs.write_it.enqueue({"text": "never"})
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]


def test_a_job_that_a_failing_job_enqueued_is_taken_back_with_it():
    jobs.parent.enqueue({"text": "child", "is_failing": True})
    work_off()
    assert effects() == []
    be_due()
    work_off()
    assert effects() == ["child"]


def test_of_one_key_only_one_waits():
    with transaction.atomic():
        first = jobs.write_it.enqueue({"text": "a"}, key="k")
        second = jobs.write_it.enqueue({"text": "b"}, key="k")
        third = jobs.write_it.enqueue({"text": "c"}, key="other")
    assert (first is not None, second, third is not None) == (True, None, True)
    work_off()
    assert sorted(effects()) == ["a", "c"]


def test_a_failing_job_of_a_key_is_tried_again_though_another_one_waits():
    first = jobs.fail.enqueue({"text": "a"}, key="k")
    rows("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL RETURNING id")
    jobs.write_it.enqueue({"text": "b"}, key="k")
    assert rescue_stalled_jobs(silence=60) == 1
    assert status_of(first) == "todo"


def test_a_higher_priority_goes_first():
    jobs.write_it.enqueue({"text": "later"})
    jobs.write_it.enqueue({"text": "sooner"}, priority=5)
    with worker("--until-empty", "--concurrency=1") as process:
        process.wait(60)
    assert effects() == ["sooner", "later"]


def test_jobs_of_one_lock_run_one_at_a_time():
    for text in "abc":
        jobs.locked.enqueue({"text": text, "seconds": 0.1})
    with worker("--concurrency=4"), worker("--concurrency=4"):
        wait_for(lambda: len(effects()) == 6)
    assert effects() == ["begin a", "end a", "begin b", "end b", "begin c", "end c"]


def test_a_failing_job_leaves_no_effect_and_is_tried_again_later():
    number = jobs.fail.enqueue({"text": "half"})
    work_off()
    assert (effects(), status_of(number), outcomes_of(number)) == ([], "todo", ["failed"])
    ((wait,),) = rows(
        "SELECT extract(epoch FROM scheduled_at - now()) FROM procrastinate_jobs WHERE id = %s", [number]
    )
    assert 0 < wait <= wait_after(0)
    run = JobRun.objects.get()
    assert run.error.startswith("ValueError: This job always fails.")
    assert "jobs_for_tests.py" in run.error
    assert "canary" not in run.error


def test_waits_grow_up_to_an_hour():
    assert [wait_after(n) for n in range(4)] == [5, 10, 20, 40]
    assert wait_after(30) == 3600


def test_a_job_that_always_fails_stops_after_eight_attempts():
    number = jobs.fail.enqueue({"text": "half"})
    rows("UPDATE procrastinate_jobs SET attempts = %s RETURNING id", [MAX_ATTEMPTS - 2])
    work_off()
    assert status_of(number) == "todo"
    be_due()
    work_off()
    assert (status_of(number), outcomes_of(number)) == ("failed", ["failed", "failed"])
    assert MAX_ATTEMPTS == 8


def test_a_rejected_job_is_not_tried_again():
    number = jobs.reject.enqueue()
    work_off()
    assert (status_of(number), outcomes_of(number)) == ("failed", ["failed"])


def test_a_job_over_its_time_is_ended_and_leaves_no_effect():
    number = jobs.brief.enqueue({"text": "half", "seconds": 30})
    began = time.monotonic()
    work_off()
    assert time.monotonic() - began < 15
    assert (effects(), status_of(number), outcomes_of(number)) == ([], "todo", ["timed_out"])


def test_a_job_that_does_not_stop_writes_nothing_after_its_time():
    number = jobs.stubborn.enqueue({"text": "late", "seconds": 5})
    with worker("--concurrency=1"):
        wait_for(lambda: outcomes_of(number) == ["timed_out"])
        follower = jobs.write_it.enqueue({"text": "next"})
        wait_for(has_ended(follower))
        # Its thread goes on to its end, and is refused there.
        wait_for(lambda: rows("SELECT count(*) FROM core_jobrun WHERE job_id = %s", [number])[0][0] >= 2)
    assert effects() == ["next"]


def test_steps_go_on_where_the_killed_attempt_ended():
    number = jobs.steps.enqueue({"number": 5, "seconds": 0, "crash_at": 2})
    with worker("--process") as process:
        assert process.wait(60) == 9
    assert effects() == ["step 0", "step 1", "step 2"]
    assert rescue_stalled_jobs(silence=0) == 1
    work_off()
    assert effects() == [f"step {n}" for n in range(5)]
    assert outcomes_of(number) == ["lost", "succeeded"]


@pytest.mark.parametrize("concurrency", ["0", "7", "1000"])
def test_a_worker_refuses_more_jobs_than_it_has_connections(concurrency: str):
    with worker(f"--concurrency={concurrency}") as process:
        assert process.wait(60) == 1
