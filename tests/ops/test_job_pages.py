"""The pages of the queue: what an admin sees of it and does with it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import AdminUser
from apps.core.jobs.definition import MAX_ATTEMPTS
from apps.core.jobs.models import JobRun
from tests.core.jobs import jobs_for_tests as jobs
from tests.workers import rows, status_of

type SignIn = Callable[[AdminUser], Client]


@pytest.fixture(autouse=True)
def _empty_queue(db: None) -> None:
    rows("DELETE FROM procrastinate_jobs RETURNING id")


def failed_job(**values: Any) -> int:
    number = jobs.fail.enqueue({"text": "payload"}, **values)
    assert number is not None
    rows(
        "UPDATE procrastinate_jobs SET status = 'failed', attempts = %s WHERE id = %s RETURNING id",
        [MAX_ATTEMPTS, number],
    )
    JobRun.objects.create(
        job_id=number,
        attempt=MAX_ATTEMPTS,
        task="tests.fail",
        queue="default",
        outcome="failed",
        error="ValueError: out of paper",
        actor_id=values.get("actor_id"),
    )
    return number


def test_a_failed_job_waits_on_the_page_with_its_error_and_who_asked(admin: AdminUser, sign_in: SignIn):
    number = failed_job(actor_id=admin.pk)
    page = sign_in(admin).get("/ops/jobs/").content.decode()
    assert "ValueError: out of paper" in page
    assert "Ada Admin" in page
    assert f"/ops/jobs/{number}/retry/" in page
    detail = sign_in(admin).get(f"/ops/jobs/{number}/").content.decode()
    assert "&quot;text&quot;: &quot;payload&quot;" in detail
    assert "out of paper" in detail


def test_retry_puts_it_back_with_all_its_attempts(admin: AdminUser, sign_in: SignIn):
    number = failed_job()
    answer = sign_in(admin).post(f"/ops/jobs/{number}/retry/", follow=True)
    assert f"Job {number} is back in the queue." in answer.content.decode()
    assert rows("SELECT status::text, attempts FROM procrastinate_jobs") == [("todo", 0)]
    act = JobRun.objects.get(outcome="retried")
    assert (act.job_id, act.actor_id, act.seconds) == (number, admin.pk, 0)


def test_drop_takes_it_out_and_keeps_the_record(admin: AdminUser, sign_in: SignIn):
    number = failed_job()
    client = sign_in(admin)
    client.post(f"/ops/jobs/{number}/drop/")
    assert rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]
    assert set(JobRun.objects.values_list("outcome", flat=True)) == {"failed", "dropped"}
    assert "no longer in the queue" in client.get(f"/ops/jobs/{number}/").content.decode()


def test_the_refresh_gets_the_part_that_changes_and_no_page(admin: AdminUser, sign_in: SignIn):
    number = failed_job()
    answer = sign_in(admin).get("/ops/jobs/", headers={"HX-Request": "true"})
    assert answer.content.decode().strip().startswith('<div id="moment"')
    assert f"/ops/jobs/{number}/retry/" in answer.content.decode()
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize("act", ["retry", "drop"])
def test_a_repeated_click_does_nothing_and_says_so(admin: AdminUser, sign_in: SignIn, act: str):
    number = failed_job()
    client = sign_in(admin)
    client.post(f"/ops/jobs/{number}/{act}/")
    second = client.post(f"/ops/jobs/{number}/{act}/", follow=True)
    assert "not among the failed ones any more" in second.content.decode()
    assert JobRun.objects.exclude(outcome="failed").count() == 1


def test_a_waiting_job_can_be_taken_back(admin: AdminUser, sign_in: SignIn):
    number = jobs.write_it.enqueue({"text": "a"})
    first = sign_in(admin).post(f"/ops/jobs/{number}/stop/", follow=True)
    assert f"Job {number} was taken back." in first.content.decode()
    assert status_of(number) == "cancelled"
    again = sign_in(admin).post(f"/ops/jobs/{number}/stop/", follow=True)
    assert "has ended already" in again.content.decode()


def test_markup_in_arguments_and_errors_stays_text(admin: AdminUser, sign_in: SignIn):
    number = failed_job()
    rows(
        "UPDATE procrastinate_jobs SET args = jsonb_set(args, '{arguments,text}', to_jsonb(%s::text)) RETURNING id",
        ["<script>x</script>"],
    )
    JobRun.objects.update(error="<img src=x onerror=y>")
    client = sign_in(admin)
    for path in ("/ops/jobs/", f"/ops/jobs/{number}/"):
        page = client.get(path).content.decode()
        assert "<script>x" not in page
        assert "<img src=x" not in page


def test_an_unknown_job_is_not_found(admin: AdminUser, sign_in: SignIn):
    client = sign_in(admin)
    assert client.get("/ops/jobs/123456789/").status_code == 404
    assert "not among the failed" in client.post("/ops/jobs/123456789/retry/", follow=True).content.decode()


def test_without_a_worker_the_page_says_that_nothing_is_done(admin: AdminUser, sign_in: SignIn):
    rows("DELETE FROM procrastinate_workers RETURNING id")
    assert "No worker is running" in sign_in(admin).get("/ops/jobs/").content.decode()
    rows("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
    assert "No worker is running" not in sign_in(admin).get("/ops/jobs/").content.decode()


@pytest.mark.parametrize(
    ("path", "budget"),
    [("/ops/jobs/", 11), ("/ops/jobs/runs/", 4)],
)
def test_the_pages_make_as_many_queries_with_few_jobs_as_with_many(
    admin: AdminUser, sign_in: SignIn, path: str, budget: int
):
    client = sign_in(admin)
    counts = []
    for _ in range(2):
        for _ in range(10):
            failed_job(actor_id=admin.pk)
            jobs.write_it.enqueue({"text": "a"}, actor_id=admin.pk)
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        counts.append(len(queries))
    assert counts == [budget, budget]
