"""manage.py seed_contacts: made-up contacts to try the product with."""

import json
import sys
from argparse import ArgumentTypeError
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from apps.contacts.seeding.plan import DEFAULT_SEED, LARGEST_COUNT, LARGEST_SEED
from apps.contacts.seeding.progress import Progress
from apps.contacts.seeding.seed import AlreadySeeded, SeedCollision, SeedOutcome, seed_contacts

EXIT_ALREADY_SEEDED = 3
EXIT_INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Add N made-up contacts: the same for the same N and --seed, on any machine. One operation, all or nothing. "
        f"Exit codes: 0 done, {EXIT_ALREADY_SEEDED} this seed's contacts are here already (nothing changed), 1 failed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "count", metavar="N", type=_whole_number(1, LARGEST_COUNT), help="How many contacts."
        )
        parser.add_argument(
            "--seed",
            type=_whole_number(0, LARGEST_SEED),
            default=DEFAULT_SEED,
            help=f"Another number, other contacts (default {DEFAULT_SEED}).",
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the outcome and seconds by step as JSON."
        )

    def handle(self, *, count: int, seed: int, **options: Any) -> None:
        progress = Progress(self.stderr, count)
        try:
            outcome = seed_contacts(count, seed, progress)
        except AlreadySeeded as error:
            raise CommandError(
                f"{error} Nothing was changed. Choose another --seed to add more.",
                returncode=EXIT_ALREADY_SEEDED,
            )
        except SeedCollision as error:
            raise CommandError(
                f"Nothing was changed, a contact of the same kind exists: {error} Try another --seed."
            )
        except OperationalError as error:
            raise CommandError(f"Nothing was changed: {str(error).strip().splitlines()[0]}")
        except KeyboardInterrupt:
            self.stderr.write("\nStopped. Nothing was changed.")
            sys.exit(EXIT_INTERRUPTED)
        finally:
            progress.finish()
        self.stdout.write(_as_json(outcome) if options["json"] else _sentence(outcome))


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        digits = text.replace("_", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20 and low <= int(digits) <= high):
            raise ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(digits)

    return parse


def _sentence(outcome: SeedOutcome) -> str:
    return (
        f"Added {outcome.count:,} demo contacts in {outcome.seconds:.1f} s ({outcome.rows_per_second:,} a second, "
        f"indexes, log, counts and statistics included) as operation {outcome.operation_id}."
    )


def _as_json(outcome: SeedOutcome) -> str:
    return json.dumps(asdict(outcome) | {"rows_per_second": outcome.rows_per_second})
