"""The queue: what waits, runs and has failed, and what was done."""

import json
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.access import Access, Capability
from apps.accounts.gate import requires
from apps.core.converters import id_or_none
from apps.core.jobs import queries
from apps.core.jobs.definition import MAX_ATTEMPTS
from apps.core.jobs.operations import drop_failed_job, retry_failed_job, stop_job
from apps.core.jobs.rescue import longest_silence
from apps.ops.people import names_of

FAILED_SHOWN = 50
OTHERS_SHOWN = 20
PAGE_SIZE = 50


@require_safe
@requires(Capability.OPERATIONS)
def ops_jobs(request: HttpRequest, access: Access) -> HttpResponse:
    failed = queries.jobs_with_status(["failed", "aborted"], before=_before(request), limit=FAILED_SHOWN + 1)
    running = queries.jobs_with_status(["doing"], limit=OTHERS_SHOWN)
    waiting = queries.jobs_with_status(["todo"], limit=OTHERS_SHOWN)
    figures = queries.queue_figures()
    context: dict[str, Any] = {
        "nav_current": "ops",
        "tab": "jobs",
        "queues": figures,
        "total": {
            name: sum(getattr(queue, name) for queue in figures)
            for name in ("waiting", "later", "running", "failed", "done", "failures")
        },
        "oldest_at": min((queue.oldest_at for queue in figures if queue.oldest_at), default=None),
        "workers": queries.worker_processes(silence=longest_silence()),
        "failed": failed[:FAILED_SHOWN],
        "failed_next": f"?before={failed[FAILED_SHOWN - 1].id}" if len(failed) > FAILED_SHOWN else "",
        "running": running,
        "waiting": waiting,
        "schedule": queries.schedule(),
        "max_attempts": MAX_ATTEMPTS,
        "now": timezone.now(),
        "people": names_of(job.actor_id for job in [*failed, *running, *waiting]),
    }
    # The page's own refresh wants the part that changes.
    is_refresh = getattr(request, "htmx", False)
    answer = render(request, "ops/jobs.html#moment" if is_refresh else "ops/jobs.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_safe
@requires(Capability.OPERATIONS)
def ops_job_runs(request: HttpRequest, access: Access) -> HttpResponse:
    runs = queries.recent_runs(before=_before(request), limit=PAGE_SIZE + 1)
    context = {
        "nav_current": "ops",
        "tab": "jobs",
        "runs": runs[:PAGE_SIZE],
        "next_href": f"{reverse('ops_job_runs')}?before={runs[PAGE_SIZE - 1].pk}"
        if len(runs) > PAGE_SIZE
        else "",
        "people": names_of(run.actor_id for run in runs),
    }
    return render(request, "ops/job_runs.html", context)


@require_safe
@requires(Capability.OPERATIONS)
def ops_job(request: HttpRequest, access: Access, job_id: int) -> HttpResponse:
    job, runs = queries.find_job(job_id), queries.runs_of(job_id)[::-1]
    if job is None and not runs:
        raise Http404
    context = {
        "nav_current": "ops",
        "tab": "jobs",
        "job_id": job_id,
        "job": job,
        "task": job.task if job else runs[0].task,
        "arguments": json.dumps(job.arguments, indent=2, ensure_ascii=False) if job and job.arguments else "",
        "runs": runs,
        "newest_failure": next((run for run in runs if run.error), None),
        "people": names_of([*(run.actor_id for run in runs), job.actor_id if job else None]),
    }
    return render(request, "ops/job.html", context)


@require_POST
@requires(Capability.OPERATIONS)
def ops_job_retry(request: HttpRequest, access: Access, job_id: int) -> HttpResponse:
    if retry_failed_job(job_id, actor_id=access.user_id):
        messages.info(request, f"Job {job_id} is back in the queue.")
    else:
        messages.error(request, f"Job {job_id} is not among the failed ones any more.")
    return redirect("ops_jobs")


@require_POST
@requires(Capability.OPERATIONS)
def ops_job_drop(request: HttpRequest, access: Access, job_id: int) -> HttpResponse:
    if drop_failed_job(job_id, actor_id=access.user_id):
        messages.info(request, f"Job {job_id} was dropped. Its attempts stay in the record.")
    else:
        messages.error(request, f"Job {job_id} is not among the failed ones any more.")
    return redirect("ops_jobs")


@require_POST
@requires(Capability.OPERATIONS)
def ops_job_stop(request: HttpRequest, access: Access, job_id: int) -> HttpResponse:
    job = queries.find_job(job_id)
    is_waiting = job is not None and job.status == "todo"
    if stop_job(job_id, actor_id=access.user_id):
        done = "was taken back" if is_waiting else "was told to stop. It leaves nothing half done"
        messages.info(request, f"Job {job_id} {done}.")
    else:
        messages.error(request, f"Job {job_id} has ended already.")
    return redirect("ops_jobs")


def _before(request: HttpRequest) -> int | None:
    return id_or_none(request.GET.get("before", ""))
