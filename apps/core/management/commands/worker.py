"""Does the jobs in the queue."""

import argparse
from typing import Any

from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.core.jobs.supervisor import Supervisor
from apps.core.jobs.worker import WorkerOptions, work

CONNECTIONS_BESIDE_JOBS = (
    2  # looking for silent workers, writing the end of an attempt that did not end by itself
)


class Command(BaseCommand):
    help = (
        "Do the jobs in the queue, until SIGTERM or Ctrl-C: running jobs then have --grace seconds, and go back into "
        "the queue after that; a second signal hands them back at once. A process that dies is started again. "
        "Exit codes: 0 when it was ended by a signal, 1 when it could not start or had to be killed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--concurrency",
            type=int,
            default=settings.WORKER_CONCURRENCY,
            help="jobs at a time (default: WORKER_CONCURRENCY)",
        )
        parser.add_argument("--queues", default="", help="only these, comma-separated (default: all)")
        parser.add_argument(
            "--grace",
            type=float,
            default=settings.WORKER_GRACE_SECONDS,
            help="seconds for running jobs after SIGTERM (default: WORKER_GRACE_SECONDS)",
        )
        parser.add_argument(
            "--until-empty", action="store_true", help="end when no job is due, in this very process"
        )
        parser.add_argument("--process", action="store_true", help=argparse.SUPPRESS)

    def handle(
        self,
        *,
        concurrency: int,
        queues: str,
        grace: float,
        until_empty: bool,
        process: bool,
        **options: Any,
    ) -> None:
        if not process:
            _refuse_if_unfit()
        most = settings.DATABASES["default"]["OPTIONS"]["pool"]["max_size"] - CONNECTIONS_BESIDE_JOBS
        if not 1 <= concurrency <= most:
            raise CommandError(f"With this DB_POOL_MAX_SIZE a worker can do 1 to {most} jobs at a time.")
        if until_empty or process:
            chosen = WorkerOptions(
                concurrency=concurrency,
                queues=[name.strip() for name in queues.split(",") if name.strip()],
                grace=grace,
                until_empty=until_empty,
            )
            raise SystemExit(work(chosen))
        command = ["manage.py", "worker", "--process", f"--concurrency={concurrency}", f"--queues={queues}"]
        raise SystemExit(Supervisor([*command, f"--grace={grace}"], grace=grace).run())


def _refuse_if_unfit() -> None:
    """As gunicorn.conf.py does for the web: what must not be public does not start."""
    if not settings.IS_PRODUCTION:
        return
    found = run_checks(tags=[Tags.database], include_deployment_checks=True, databases=["default"])
    faults = [f"{fault.msg} {fault.hint or ''}".strip() for fault in found if fault.is_serious()]
    if faults:
        raise CommandError(" ".join(faults))
