"""manage.py verify_security_log: is every entry of the security log as it was written?"""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.security_log.verification import verify_security_log

EXIT_BROKEN = 3


class Command(BaseCommand):
    help = (
        "Look at every entry of the security log: its number, its hash, and the hash of the one before. "
        f"Exit codes: 0 all as written, {EXIT_BROKEN} an entry was changed, removed or put in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print what was found as JSON.")

    def handle(self, **options: Any) -> None:
        found = verify_security_log()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found)))
        elif found.broken_at is None:
            self.stdout.write(
                f"All {found.entries:,} entries are as they were written. Last hash: {found.last_hash or 'none'}"
            )
        if found.broken_at is not None:
            raise CommandError(
                f"Entry {found.broken_at} is missing or not as it was written.", returncode=EXIT_BROKEN
            )
