"""The process that does jobs."""

import asyncio
import copy
import signal
import time
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from procrastinate import App
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker

from apps.core.jobs.fenced_manager import FencedJobManager
from apps.core.jobs.rescue import longest_silence, rescue_stalled_jobs
from apps.core.jobs.running import attempts
from apps.core.jobs.statements import SQL

POLLING_SECONDS = 2  # when a notification was lost
STUCK_SECONDS = 60  # a thread may be stuck, before the process starts anew
SAME_SIGNAL_SECONDS = 0.5  # one request, which came to us and to the supervisor that passes it on
MISSED_AT_MOST_SECONDS = 24 * 3600  # a nightly job is made up for within a day

STARTS_ANEW = 75  # exit code: the supervisor knows that nothing is wrong with the configuration

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    concurrency: int  # jobs at a time, each in a thread
    queues: list[str]  # [] for all
    grace: float  # seconds that running jobs get after SIGTERM, before they go back into the queue
    until_empty: bool = False


def work(options: WorkerOptions) -> int:
    """Do jobs until SIGTERM or SIGINT (a second one hands back at once); the exit code."""
    return asyncio.run(_work(options))


async def _work(options: WorkerOptions) -> int:
    connector = PsycopgConnector(
        kwargs=connector_params(), min_size=1, max_size=4, timeout=10, reconnect_timeout=10
    )
    app = app_of_worker(connector)
    async with app.open_async():
        worker = Worker(
            app,
            queues=options.queues or None,
            concurrency=options.concurrency,
            wait=not options.until_empty,
            fetch_job_polling_interval=POLLING_SECONDS,
            abort_job_polling_interval=POLLING_SECONDS,
            shutdown_graceful_timeout=options.grace,
            install_signal_handlers=False,
            update_heartbeat_interval=settings.WORKER_HEARTBEAT_SECONDS,
            stalled_worker_timeout=longest_silence(),
        )
        stopping = _Stopping(worker)
        logger.info("worker.started")
        helpers = [asyncio.create_task(_rescue()), asyncio.create_task(stopping.when_stuck())]
        try:
            await worker.run()
            while (
                # First what takes time: a signal may come meanwhile, and run() would forget it.
                options.until_empty and await _is_due(connector, options.queues) and stopping.asked_at is None
            ):
                await worker.run()  # what the jobs have enqueued themselves
        finally:
            for helper in helpers:
                helper.cancel()
    logger.info("worker.ended")
    is_over = stopping.asked_at is not None or options.until_empty
    return 0 if is_over and not stopping.is_stuck else STARTS_ANEW


async def _is_due(connector: PsycopgConnector, queues: list[str]) -> bool:
    found = await connector.execute_query_one_async(SQL["is_due"], queues=queues or None)
    return bool(found["is_due"])


def app_of_worker(connector: PsycopgConnector) -> App:
    """The same jobs over connections of its own.

    The app that jobs enqueue with keeps Django's connection, so that a job's own jobs are part of its transaction.
    """
    django_app.perform_import_paths()
    app = App(connector=connector, periodic_defaults={"max_delay": MISSED_AT_MOST_SECONDS})
    app.tasks = django_app.tasks
    app.job_manager = FencedJobManager(connector, known=frozenset(app.tasks))
    for entry in django_app.periodic_registry.periodic_tasks.values():
        # A copy: a job of the clock is enqueued through the app that its task belongs to, and so through its manager.
        task = copy.copy(entry.task)
        task.blueprint = app
        app.periodic_registry.register_task(task, entry.cron, entry.periodic_id, entry.configure_kwargs)
    return app


class _Stopping:
    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.asked_at: float | None = None
        self.is_stuck = False
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.ask)

    def ask(self) -> None:
        now = time.monotonic()
        if self.asked_at is None:
            self.asked_at = now
            self.worker.stop()
        elif now - self.asked_at > SAME_SIGNAL_SECONDS:
            attempts.hand_back_all()

    async def when_stuck(self) -> None:
        seconds_stuck = 0
        while True:
            await asyncio.sleep(1)
            seconds_stuck = seconds_stuck + 1 if attempts.has_stuck() else 0
            if seconds_stuck > STUCK_SECONDS:
                logger.error("worker.stuck")  # a job does not stop: the process starts anew
                self.is_stuck = True
                self.worker.stop()
                return


async def _rescue() -> None:
    while True:
        try:
            await asyncio.to_thread(_rescue_once)
        except DatabaseError:
            logger.exception("worker.rescue_failed")
        await asyncio.sleep(settings.WORKER_HEARTBEAT_SECONDS / 2)


def _rescue_once() -> None:
    try:
        rescue_stalled_jobs(silence=longest_silence())
    finally:
        connection.close()
