"""The queue of background jobs."""

from apps.core.doctor.database import rows
from apps.core.doctor.registry import Finding, examination, fail, fine, warn

QUEUE = "Background jobs"
PATIENCE_SECONDS = 300


@examination(QUEUE, "queue", asks_database=True)
def queue() -> Finding:
    ((waiting, oldest, workers, _, _),) = rows("queue")
    minutes = f"the oldest for {(oldest or 0) / 60:.0f} minutes"
    if waiting and not workers:
        say = fail if (oldest or 0) > PATIENCE_SECONDS else warn
        return say(f"{waiting:,} jobs wait, {minutes}, and no worker is running.", "Start manage.py worker.")
    if waiting and (oldest or 0) > PATIENCE_SECONDS:
        return warn(
            f"{waiting:,} jobs wait, {minutes}; workers: {workers}.", "Start another worker, or wait."
        )
    return fine(f"{waiting:,} jobs wait; workers: {workers}.")


@examination(QUEUE, "stalled jobs", asks_database=True)
def stalled_jobs() -> Finding:
    ((_, _, _, stalled, _),) = rows("queue")
    if stalled:
        return warn(
            f"{stalled:,} jobs were left by workers that died.",
            "A running worker takes them up again by itself.",
        )
    return fine("No job was left by a worker that died.")


@examination(QUEUE, "failed jobs", asks_database=True)
def failed_jobs() -> Finding:
    ((_, _, _, _, failed),) = rows("queue")
    if failed:
        return warn(
            f"{failed:,} jobs failed and wait for you.",
            "Look at why under Operations, Jobs: retry or drop each.",
        )
    return fine("No failed job waits.")
