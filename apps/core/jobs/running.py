"""Running one attempt: in a thread of its own, for a limited time, its end settled with its effects."""

import asyncio
import threading
import traceback
from typing import Any

import structlog
from django.db import DatabaseError, connection
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason

from apps.core.errors.record import record_error
from apps.core.errors.unavailable import reason_of_unavailability
from apps.core.jobs.definition import Job
from apps.core.jobs.models import JobRun
from apps.core.jobs.run import ClaimLost, Run, StopRequested
from apps.core.jobs.telling import observed
from apps.core.logs.scrubbing import in_one_line
from apps.core.request_ids import resume

logger = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2  # with a thread that was asked to stop


class JobTimedOut(Exception):
    """The attempt took longer than its job allows."""


class Attempts:
    """What this process is doing: the threads, those that did not stop when they were told to, and lost ends.

    A job whose end could not be written stays this worker's for as long as its heart beats.
    """

    def __init__(self) -> None:
        self.futures: set[asyncio.Future[None]] = set()
        self.stuck: set[threading.Thread] = set()
        self.has_lost_end = False

    def hand_back_all(self) -> None:
        for future in list(self.futures):
            future.cancel()

    def has_stuck(self) -> bool:
        self.stuck = {thread for thread in self.stuck if thread.is_alive()}
        return bool(self.stuck) or self.has_lost_end


attempts = Attempts()


async def run_in_thread(job: Job, run: Run, arguments: dict[str, Any], context: JobContext) -> None:
    """Raises what the job raises, JobTimedOut, or JobAborted when somebody stopped it.

    A thread cannot be killed. One that does not stop within PATIENCE_SECONDS is left behind as stuck: its job is no
    longer its own, so whatever it does is rolled back, and the worker soon starts anew.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[None] = loop.create_future()
    ended = threading.Event()
    thread = threading.Thread(
        target=_attempt,
        args=(job, run, arguments, loop, future, ended),
        name=f"job {run.job_id}",
        daemon=True,
    )
    attempts.futures.add(future)
    thread.start()
    try:
        async with asyncio.timeout(job.timeout):
            await future
    except TimeoutError:
        await asyncio.to_thread(_give_up, run, JobRun.Outcome.TIMED_OUT, ended)
        raise JobTimedOut(f"It was not done within {job.timeout:g} seconds.") from None
    except asyncio.CancelledError:
        is_stopped_by_hand = context.abort_reason() is AbortReason.USER_REQUEST
        outcome = JobRun.Outcome.STOPPED if is_stopped_by_hand else JobRun.Outcome.HANDED_BACK
        await asyncio.to_thread(_give_up, run, outcome, ended)
        if is_stopped_by_hand:
            raise JobAborted from None
        # The worker ends. The job is back in the queue, or will be found as lost: see FencedJobManager.finish_job.
    finally:
        attempts.futures.discard(future)
        if not ended.is_set():
            attempts.stuck.add(thread)


def _attempt(
    job: Job,
    run: Run,
    arguments: dict[str, Any],
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[None],
    ended: threading.Event,
) -> None:
    error: BaseException | None = None
    try:
        with resume(run.asked), observed(run):
            _work(job, run, arguments)
    except BaseException as raised:  # noqa: BLE001  # whatever it is, the event loop must hear of it
        error = raised
    finally:
        connection.close()
        ended.set()
        try:
            loop.call_soon_threadsafe(_tell, future, error)
        except RuntimeError:
            pass  # the loop has ended; nobody waits any more


def _tell(future: asyncio.Future[None], error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


def _work(job: Job, run: Run, arguments: dict[str, Any]) -> None:
    try:
        run.begin()
        if job.is_atomic:
            with run.transaction():
                job.function(run, **arguments)
                run.finish()
        else:
            job.function(run, **arguments)
            with run.transaction():
                run.finish()
    except ClaimLost:
        run.record(
            JobRun.Outcome.LOST, "It was given to another worker; what this one had done was taken back."
        )
        raise
    except Exception as error:
        if run.should_stop:
            raise StopRequested from error  # the one who stopped it says how the attempt ended
        run.record(JobRun.Outcome.FAILED, describe(error))
        if not reason_of_unavailability(error):
            record_error(error, where=job.name)
        raise


def _give_up(run: Run, outcome: JobRun.Outcome, ended: threading.Event) -> None:
    try:
        run.interrupt()
        ended.wait(PATIENCE_SECONDS)
        if outcome is JobRun.Outcome.HANDED_BACK:
            run.hand_back()
        else:
            run.record(outcome)
    except DatabaseError:
        logger.exception("job.end_not_written")  # it will be found as lost
    finally:
        connection.close()


def describe(error: BaseException) -> str:
    """What an admin reads: the kind of error, its first line (PostgreSQL puts values of rows below it), and where."""
    # In writing where it holds what PostgreSQL's text cannot, or what would colour a terminal.
    first_line = in_one_line(next(iter(str(error).splitlines()), "")[:500])
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    frames = "".join(
        f"  {frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}\n"
        for frame in traceback.extract_tb(error.__traceback__)[-8:]
    )
    return f"{kind}: {first_line}\n{frames}"
