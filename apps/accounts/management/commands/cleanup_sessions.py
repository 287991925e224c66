"""manage.py cleanup_sessions: remove the rows of sessions that are over."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.sessions.operations import count_expired_sessions, removed_batches

EXIT_INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Remove the rows of sessions that are over. They let nobody in any more; this frees their room. Batches are "
        "committed one by one, so it may be interrupted and run again. "
        f"Exit codes: 0 done, {EXIT_INTERRUPTED} interrupted (what was removed stays removed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how many there are.")
        parser.add_argument("--batch", type=int, default=1000, help="Rows of one commit (1000).")
        parser.add_argument("--json", action="store_true", help="Print the figures as JSON.")

    def handle(self, *, dry_run: bool, batch: int, **options: Any) -> None:
        if batch < 1:
            raise CommandError("A batch has at least one row.")
        expired, removed = count_expired_sessions(), 0
        try:
            for size in removed_batches(batch) if not dry_run else ():
                removed += size
        except KeyboardInterrupt:
            raise CommandError(f"Interrupted after {removed}.", returncode=EXIT_INTERRUPTED) from None
        if options["json"]:
            self.stdout.write(json.dumps({"expired": expired, "removed": removed}))
        elif dry_run:
            self.stdout.write(f"Sessions that are over: {expired}.")
        else:
            self.stdout.write(f"Sessions removed: {removed}.")
