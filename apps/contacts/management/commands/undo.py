"""manage.py undo: take back what an operation did to contacts."""

import json
from argparse import ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.access import Access
from apps.contacts.history.models import Operation
from apps.contacts.history.undo import UndoOutcome, undo

EXIT_NO_SUCH_OPERATION = 2
EXIT_SOME_KEPT = 3
EXIT_NOTHING_TO_UNDO = 4
_MOST_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Take back what an operation did to contacts, as a new operation that can itself be undone. Values that "
        "somebody changed since then stay, and are listed. Operation numbers are on the Activity page. Exit codes: "
        f"0 all undone, {EXIT_SOME_KEPT} undone but for what is listed, {EXIT_NOTHING_TO_UNDO} nothing was left to "
        f"undo, {EXIT_NO_SUCH_OPERATION} no such operation, 1 failed (nothing changed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("operation", metavar="OPERATION", type=_operation_id, help="Its number.")
        parser.add_argument("--reason", default="", help="Why; kept in the log.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would happen, and change nothing."
        )
        parser.add_argument(
            "--json", action="store_true", help="Print the outcome as JSON, with all that was kept."
        )

    def handle(self, *, operation: int, reason: str, dry_run: bool, **options: Any) -> None:
        found = Operation.objects.filter(pk=operation).first()
        if found is None:
            raise CommandError(
                f"There is no operation {operation}. The Activity page lists them with their numbers.",
                returncode=EXIT_NO_SUCH_OPERATION,
            )
        outcome = undo(found, access=Access.of_operator(), reason=reason[:500], dry_run=dry_run)
        self.stdout.write(
            json.dumps(_as_json(found, outcome, dry_run=dry_run), indent=2)
            if options["json"]
            else _in_words(found, outcome, dry_run=dry_run)
        )
        if not outcome.contacts:
            raise SystemExit(EXIT_SOME_KEPT if outcome.kept_count else EXIT_NOTHING_TO_UNDO)
        if outcome.kept_count:
            raise SystemExit(EXIT_SOME_KEPT)


def _operation_id(text: str) -> int:
    digits = text.removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise ArgumentTypeError(f"{text!r} is not the number of an operation")
    return int(digits)


def _as_json(undone: Operation, outcome: UndoOutcome, *, dry_run: bool) -> dict[str, Any]:
    return {
        "undoes": undone.pk,
        "operation": outcome.operation.pk if outcome.operation else None,
        "dry_run": dry_run,
        "contacts": outcome.contacts,
        "values": outcome.cells,
        "kept_count": outcome.kept_count,
        "kept": [asdict(kept) for kept in outcome.kept],
    }


def _in_words(undone: Operation, outcome: UndoOutcome, *, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    lines = [f"{undone}: nothing is left to undo."]
    if outcome.contacts:
        contacts, values = _counted(outcome.contacts, "contact"), _counted(outcome.cells, "value")
        lines = [f"{undone}: {contacts} {would}taken back, {values} on them."]
    if outcome.operation:
        lines.append(f"This is operation {outcome.operation.pk}.")
    if outcome.kept_count:
        lines.append(f"{outcome.kept_count:,} {would}left as they are:")
        lines += [
            f"  contact {kept.contact_id}, {kept.label}: {kept.reason}" for kept in outcome.kept[:_MOST_SHOWN]
        ]
    if outcome.kept_count > _MOST_SHOWN:
        lines.append(f"  and {outcome.kept_count - _MOST_SHOWN:,} more; the operation's page lists them.")
    return "\n".join(lines)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
