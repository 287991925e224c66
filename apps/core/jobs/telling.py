"""What the log, the metrics and the page of errors hear of an attempt."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from apps.core import metrics
from apps.core.jobs.run import Run
from apps.core.observation import QueryTimes, timed_queries

logger = structlog.get_logger(__name__)


@contextmanager
def observed(run: Run) -> Iterator[None]:
    """Times an attempt and its statements; says once how it ended."""
    began = time.perf_counter()
    try:
        with timed_queries(run.task) as queries:
            yield
    finally:
        _tell(run, time.perf_counter() - began, queries)


def _tell(run: Run, took: float, queries: QueryTimes) -> None:
    metrics.JOBS.labels(run.task, run.outcome).inc()
    metrics.JOB_DURATION.labels(run.task).observe(took)
    logger.info(
        "job.ended",
        **{
            "job.task": run.task,
            "job.id": run.job_id,
            "job.queue": run.queue,
            "job.attempt": run.attempt,
            "event.outcome": run.outcome,
            "enduser.id": run.actor_id,
            "duration_ms": round(took * 1000, 1),
            "db.query.count": queries.count,
            "db.query.ms": round(queries.seconds * 1000, 1),
        },
    )
