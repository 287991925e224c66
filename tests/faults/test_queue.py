"""Faults of the queue: killed, frozen and ended workers, poisonous jobs, lost notifications (D-01 … D-06, D-08)."""

import os
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.db import connection, transaction

from apps.core.jobs.definition import MAX_ATTEMPTS
from tests.core.jobs import jobs_for_tests as jobs
from tests.core.jobs.conftest import queue
from tests.workers import (
    children_of,
    effects,
    has_ended,
    kill,
    outcomes_of,
    rows,
    status_of,
    wait_for,
    worker,
)

__all__ = ["queue"]

type Figures = Callable[..., None]


@pytest.fixture
def say(figures: Callable[[str], None]) -> Figures:
    """Says a check's figures; `limit` is what it allows."""

    def said(check: str, what: str, **values: float) -> None:
        figures(f"{check} {what}: " + ", ".join(f"{name} {value:.4g}" for name, value in values.items()))

    return said


def is_running(number: int | None) -> bool:
    return outcomes_of(number)[-1:] == ["running"]


def kill_all(process_id: int, number: signal.Signals = signal.SIGKILL) -> None:
    for each in [process_id, *children_of(process_id)]:
        kill(each, number)


def test_d01_jobs_of_a_killed_worker_are_done_within_a_minute(say: Figures):
    number = jobs.slow.enqueue({"text": "once", "seconds": 3})
    with worker("--concurrency=2"), worker("--concurrency=2"):
        wait_for(lambda: is_running(number))
        ((worker_id,),) = rows("SELECT worker_id FROM core_jobrun")
        # Both, so that the killed one is certainly among them; their supervisors go on.
        for child in [c for p in children_of(os.getpid()) for c in children_of(p)]:
            kill(child, signal.SIGKILL)
        began = time.monotonic()
        wait_for(has_ended(number), seconds=60)
    resumed = time.monotonic() - began
    assert worker_id is not None
    assert (effects(), outcomes_of(number)) == (["once"], ["lost", "succeeded"])
    say("D-01", "killed worker's job done again", seconds=resumed, limit=60)
    assert resumed <= 60


def test_d01_fifty_kills_leave_each_effect_once(say: Figures):
    numbers: list[int | None] = []
    for kills in range(50):
        # Eight kills of one job would be enough to give it up.
        rows(
            "UPDATE procrastinate_jobs SET attempts = 0, scheduled_at = NULL WHERE status = 'todo' RETURNING id"
        )
        numbers.append(jobs.computing.enqueue({"text": f"job {kills}", "seconds": 0.15}))
        ((last,),) = rows("SELECT coalesce(max(id), 0) FROM core_jobrun")
        with worker("--process", "--concurrency=4", WORKER_HEARTBEAT_SECONDS="1"):
            wait_for(partial(rows, "SELECT 1 FROM core_jobrun WHERE id > %s", [last]))
            time.sleep(0.02 * (kills % 10))  # the moment of the kill: anywhere in a job, or after it
    with worker("--concurrency=4", WORKER_HEARTBEAT_SECONDS="1"):
        wait_for(lambda: (be_due_all(), all_ended(numbers))[1], seconds=60)
    assert sorted(effects()) == sorted(f"job {n}" for n in range(50))
    killed = rows("SELECT count(*) FROM core_jobrun WHERE outcome = 'lost'")[0][0]
    assert killed > 0
    say(
        "D-01",
        "kills of a worker; attempts lost; jobs whose effect is there once",
        kills=50,
        lost=killed,
        jobs=50,
    )


def be_due_all() -> bool:
    return bool(rows("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo' RETURNING id"))


def all_ended(numbers: list[int | None]) -> bool:
    return rows(
        "SELECT count(*) FROM procrastinate_jobs WHERE id = ANY(%s) AND status NOT IN ('succeeded', 'failed')",
        [numbers],
    ) == [(0,)]


def test_d02_a_frozen_worker_waking_up_late_is_refused(say: Figures):
    number = jobs.computing.enqueue({"text": "once", "seconds": 4})
    with worker("--process") as frozen:
        wait_for(lambda: is_running(number))
        frozen.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        with worker("--process") as other:
            wait_for(lambda: status_of(number) == "succeeded", seconds=90)
            rescued = time.monotonic() - began
            assert effects() == ["once"]
            frozen.send_signal(signal.SIGCONT)
            # Its thread comes to its end, and its own note of it is refused as well.
            frozen.terminate()
            frozen.wait(60)
            assert other.poll() is None
    assert (effects(), status_of(number)) == (["once"], "succeeded")
    assert outcomes_of(number) == ["lost", "succeeded"]
    say("D-02", "frozen worker's job done by another", seconds=rescued, limit=60)


def test_d02_a_frozen_worker_does_not_hold_up_the_other_attempt():
    number = jobs.holding.enqueue({"text": "once", "seconds": 2})
    with worker("--process", WORKER_HEARTBEAT_SECONDS="2") as frozen:
        wait_for(lambda: rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 360360"))
        frozen.send_signal(signal.SIGSTOP)
        with worker("--process", WORKER_HEARTBEAT_SECONDS="2"):
            wait_for(lambda: status_of(number) == "succeeded")
            frozen.send_signal(signal.SIGCONT)
            wait_for(lambda: frozen.poll() is not None or outcomes_of(number) == ["lost", "succeeded"])
    assert (effects(), outcomes_of(number)) == (["once"], ["lost", "succeeded"])


def test_d02_steps_of_a_frozen_worker_are_done_once_by_the_other():
    number = jobs.steps.enqueue({"number": 6, "seconds": 0.5})
    with worker("--process", WORKER_HEARTBEAT_SECONDS="2") as frozen:
        wait_for(lambda: len(effects()) == 2)
        frozen.send_signal(signal.SIGSTOP)
        with worker("--process", WORKER_HEARTBEAT_SECONDS="2"):
            wait_for(lambda: outcomes_of(number) == ["lost", "running"])
            frozen.send_signal(signal.SIGCONT)
            wait_for(has_ended(number))
    assert effects() == [f"step {n}" for n in range(6)]
    assert outcomes_of(number) == ["lost", "succeeded"]


def test_d02_a_late_error_does_not_disturb_the_other_attempt():
    """The frozen worker's job fails on waking up, while the other worker is still at it."""
    number = jobs.computing.enqueue({"text": "once", "seconds": 12})
    with worker("--process") as frozen:
        wait_for(lambda: is_running(number))
        frozen.send_signal(signal.SIGSTOP)
        with worker("--process"):
            wait_for(lambda: outcomes_of(number) == ["lost", "running"], seconds=60)
            frozen.send_signal(signal.SIGCONT)
            frozen.send_signal(signal.SIGTERM)
            frozen.send_signal(signal.SIGTERM)  # hands back what it believes to hold
            frozen.wait(30)
            assert (status_of(number), outcomes_of(number)) == ("doing", ["lost", "running"])
            wait_for(has_ended(number))
    assert (effects(), status_of(number)) == (["once"], "succeeded")


def test_d03_sigterm_lets_running_jobs_finish(say: Figures, long_or_short: Callable[[float, float], float]):
    seconds = long_or_short(20, 6)
    numbers = [jobs.computing.enqueue({"text": f"job {n}", "seconds": seconds}) for n in range(10)]
    late = jobs.write_it.enqueue({"text": "late"}, priority=-1)
    with worker("--concurrency=10", DB_POOL_MAX_SIZE="14") as process:
        wait_for(lambda: rows("SELECT count(*) FROM core_jobrun WHERE outcome = 'running'") == [(10,)])
        process.terminate()
        began = time.monotonic()
        assert process.wait(40) == 0
        took = time.monotonic() - began
    assert [status_of(number) for number in numbers] == ["succeeded"] * 10
    assert sorted(effects()) == sorted(f"job {n}" for n in range(10))
    assert status_of(late) == "todo"
    say("D-03", f"ended with 10 jobs of {seconds} s running", seconds=took, limit=30)
    assert took <= 30


@pytest.mark.parametrize("how", ["second signal", "grace exceeded"])
def test_d04_jobs_go_back_within_five_seconds(how: str, say: Figures):
    numbers = [jobs.slow.enqueue({"text": f"job {n}", "seconds": 60}) for n in range(4)]
    grace = "60" if how == "second signal" else "1"
    with worker("--concurrency=4", f"--grace={grace}") as process:
        wait_for(lambda: rows("SELECT count(*) FROM core_jobrun WHERE outcome = 'running'") == [(4,)])
        began = time.monotonic()
        process.terminate()
        if how == "second signal":
            time.sleep(1)  # a second one of the same moment counts as the first
            process.terminate()
        assert process.wait(30) == 0
        took = time.monotonic() - began
    assert [status_of(number) for number in numbers] == ["todo"] * 4
    assert rows("SELECT DISTINCT attempts FROM procrastinate_jobs") == [(0,)]
    assert [outcomes_of(number) for number in numbers] == [["handed_back"]] * 4
    assert effects() == []
    say("D-04", f"handed back: {how}", seconds=took, limit=5 + (0 if how == "second signal" else 1))
    assert took <= 5 + float(grace != "60")


def test_d05_a_rolled_back_job_is_absent_and_a_committed_one_present(say: Figures):
    present = []
    for n in range(1000):
        try:
            with transaction.atomic():
                jobs.write_it.enqueue({"text": f"absent {n}"})
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
        with transaction.atomic():
            present.append(jobs.write_it.enqueue({"text": f"present {n}"}))
    found = [row[0] for row in rows("SELECT id FROM procrastinate_jobs ORDER BY id")]
    assert found == present
    say("D-05", "rolled back and absent; committed and present", absent=1000, present=len(found))


def test_d06_a_job_that_kills_its_worker_is_given_up_and_others_go_on(say: Figures):
    poison = jobs.crash.enqueue({"text": "poison"})
    error = jobs.fail.enqueue({"text": "error"})
    others: list[int | None] = []
    with (
        worker("--concurrency=1", WORKER_HEARTBEAT_SECONDS="1"),
        worker("--concurrency=1", WORKER_HEARTBEAT_SECONDS="1"),
    ):

        def is_given_up() -> bool:
            others.append(jobs.write_it.enqueue({"text": f"other {len(others)}"}))
            be_due_all()
            time.sleep(0.2)
            return status_of(poison) == "failed" and status_of(error) == "failed"

        wait_for(is_given_up, seconds=150)
        wait_for(lambda: (be_due_all(), all_ended(others))[1], seconds=60)
    assert outcomes_of(poison) == ["lost"] * MAX_ATTEMPTS
    assert outcomes_of(error) == ["failed"] * MAX_ATTEMPTS
    assert sorted(effects()) == sorted(f"other {n}" for n in range(len(others)))
    ((arguments,),) = rows(
        "SELECT args -> 'arguments' ->> 'text' FROM procrastinate_jobs WHERE id = %s", [poison]
    )
    assert arguments == "poison"
    say(
        "D-06",
        "attempts before a poisonous job is given up; other jobs done meanwhile",
        attempts=MAX_ATTEMPTS,
        others=len(others),
    )


def test_d08_a_lost_notification_costs_at_most_five_seconds(say: Figures):
    waits = []
    with worker("--concurrency=2"):
        first = jobs.write_it.enqueue({"text": "ready"})
        wait_for(has_ended(first))
        for n in range(5):
            rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query LIKE 'LISTEN%%' OR query = 'SELECT 1'"
            )
            with connection.cursor() as cursor:
                # No notification at all for this one: the trigger that sends it is off.
                cursor.execute(
                    "ALTER TABLE procrastinate_jobs DISABLE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1"
                )
            try:
                number = jobs.write_it.enqueue({"text": f"silent {n}"})
            finally:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "ALTER TABLE procrastinate_jobs ENABLE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1"
                    )
            began = time.monotonic()
            wait_for(has_ended(number))
            waits.append(time.monotonic() - began)
    say("D-08", "job found without a notification", seconds=max(waits), limit=5)
    assert max(waits) <= 5


def test_notified_jobs_start_at_once(say: Figures):
    waits = []
    with worker("--concurrency=2"):
        wait_for(has_ended(jobs.write_it.enqueue({"text": "ready"})))
        for n in range(20):
            number = jobs.write_it.enqueue({"text": f"job {n}"})
            began = time.monotonic()
            wait_for(has_ended(number))
            waits.append(time.monotonic() - began)
    say("queue", "from commit to done, median", seconds=statistics.median(waits))
    assert statistics.median(waits) < 1


@pytest.fixture(autouse=True)
def _no_children_left() -> Iterator[None]:
    yield
    for child in children_of(os.getpid()):
        kill_all(child)
