"""Jobs of workers that were killed or froze: back into the queue, or given up after too many attempts."""

import structlog
from django.conf import settings
from django.db import connection, transaction

from apps.core.jobs.definition import MAX_ATTEMPTS, wait_after
from apps.core.jobs.statements import SQL

MISSED_HEARTBEATS = 3  # after which a worker counts as dead

logger = structlog.get_logger(__name__)


def longest_silence() -> float:
    """Seconds without a heartbeat, after which a worker counts as dead."""
    return float(MISSED_HEARTBEATS * settings.WORKER_HEARTBEAT_SECONDS)


def rescue_stalled_jobs(*, silence: float) -> int:
    """How many jobs were taken from workers that have been silent for so many seconds.

    The first time a job goes back at once; one that keeps killing its workers waits longer each time, like any other
    failing job, and is given up after MAX_ATTEMPTS.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL["stalled"], {"silence": silence})
        stalled: list[tuple[int, int]] = cursor.fetchall()
        if not stalled:
            return 0
        error = "The worker was killed or froze."
        cursor.execute(SQL["lose_runs"], {"jobs": [job for job, _ in stalled], "error": error})
        cursor.execute(SQL["end_connections"], {"runs": [run for (run,) in cursor.fetchall()]})
        for job, attempts_before in stalled:
            if attempts_before + 1 >= MAX_ATTEMPTS:
                cursor.execute(SQL["give_up"], {"job": job})
            else:
                wait = 0 if attempts_before == 0 else wait_after(attempts_before)
                cursor.execute(SQL["release_key"], {"job": job})
                cursor.execute(SQL["rescue"], {"job": job, "wait": wait})
    logger.warning("job.taken_back", **{"rows.count": len(stalled)})
    return len(stalled)
