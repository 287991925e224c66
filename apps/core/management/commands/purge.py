"""manage.py purge: remove what has had its time."""

import json
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from apps.core.retention import Rule, purged, rules

EXIT_STOPPED = 130


class Command(BaseCommand):
    help = (
        "Remove what has had its time: finished jobs, expired cache entries and sessions, left-over files; see --list. "
        "It works in small steps and may be interrupted and run again at any moment; once a day is a good rhythm. The "
        f"operation log stays: undo needs it. Exit codes: 0 done, 1 failed, {EXIT_STOPPED} stopped; what was removed "
        "until then is gone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Count, and remove nothing.")
        parser.add_argument("--list", action="store_true", help="Say the rules and how long each keeps.")
        parser.add_argument(
            "--only", metavar="NAME", action="append", help="Just this rule; may be repeated."
        )
        parser.add_argument("--json", action="store_true", help="Print the outcome as JSON.")

    def handle(self, **options: Any) -> None:
        chosen = _chosen(options["only"])
        if options["list"]:
            self._print_rules(chosen, as_json=options["json"])
            return
        now, outcome = timezone.now(), {}
        try:
            for rule in chosen:
                if options["dry_run"]:
                    outcome[rule.name] = rule.count(rule.before(now))
                else:
                    outcome[rule.name] = self._purge(rule, now, quiet=options["json"])
        except KeyboardInterrupt:
            raise CommandError("Stopped. Run it again for the rest.", returncode=EXIT_STOPPED) from None
        except (DatabaseError, OSError) as error:
            raise CommandError(f"{str(error).splitlines()[0]} Run it again for the rest.") from error
        if options["json"]:
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], "removed": outcome}, indent=2))
            return
        would = "would be removed" if options["dry_run"] else "removed"
        for name, number in outcome.items():
            self.stdout.write(f"{name}: {number:,} {would}")

    def _purge(self, rule: Rule, now: Any, *, quiet: bool) -> int:
        gone, said = 0, time.monotonic()
        for gone in purged(rule, now):
            if sys.stderr.isatty() and not quiet and time.monotonic() - said > 1:
                said = time.monotonic()
                self.stderr.write(f"{rule.name}: {gone:,} so far")
        return gone

    def _print_rules(self, chosen: list[Rule], *, as_json: bool) -> None:
        if as_json:
            kept = {
                rule.name: {"what": rule.what, "days": rule.keep.total_seconds() / 86_400} for rule in chosen
            }
            self.stdout.write(json.dumps(kept, indent=2))
            return
        for rule in chosen:
            self.stdout.write(
                f"{rule.name}: {rule.what}; kept for {rule.keep.total_seconds() / 86_400:g} days"
            )


def _chosen(names: list[str] | None) -> list[Rule]:
    every = rules()
    if unknown := set(names or []) - {rule.name for rule in every}:
        known = ", ".join(rule.name for rule in every)
        raise CommandError(f"There is no rule named {', '.join(sorted(unknown))}. There are: {known}.")
    return [rule for rule in every if not names or rule.name in names]
