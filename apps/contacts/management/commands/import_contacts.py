"""Import contacts from a CSV file: good rows go in, bad rows come out with a reason."""

import json
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from apps.accounts.access import Access, AccessDenied
from apps.accounts.models import AdminUser
from apps.contacts.imports.errors import ImportFileError, ImportImbalance, MappingError
from apps.contacts.imports.importing import OUTCOMES, ImportResult, Mode, import_file
from apps.contacts.imports.mapping import MATCH_FIELDS, load_mapping

UNREADABLE, REFUSED, IMBALANCE, STOPPED = 2, 3, 4, 130
_HELP = """Import contacts from a CSV file (UTF-8, UTF-16 or Windows text; commas, semicolons, tabs or pipes).

Columns are recognised by their names; what maps to no field is kept with the contact under its header. Rows that cannot
go in are written, with the reason, to the rejects file: repair them there and import that file.

Exit codes: 0 the import is done, with or without rejected rows (see "rejected"); 2 the file, the mapping or an option
cannot be used; 3 the person may not import; 4 the accounts did not balance; 130 stopped; 1 anything else. Except
with 0, nothing was written."""


class _HelpAsWritten(RawDescriptionHelpFormatter):
    pass


class Command(BaseCommand):
    help = _HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, formatter_class=_HelpAsWritten, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--match",
            type=_match_keys,
            default=tuple(MATCH_FIELDS),
            metavar="KEYS",
            help="what tells contacts apart, in this order (default: email,linkedin,contact_id)",
        )
        parser.add_argument(
            "--mode",
            type=Mode,
            choices=list(Mode),
            default=Mode.UPSERT,
            help="upsert (default): new contacts and changes to known ones; create: only new; update: only known",
        )
        parser.add_argument(
            "--mapping",
            metavar="NAME",
            help='a .json file {"Header": "field"}, or the name of one under imports/mappings/ in the data folder; '
            '"custom" keeps the column beside the fields, "full_name" splits it, "" leaves it out',
        )
        parser.add_argument(
            "--user", metavar="EMAIL", help="import as this person, with their rights (default: the operator)"
        )
        parser.add_argument("--dry-run", action="store_true", help="do everything, report, and roll it back")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = _Progress(self.stderr if sys.stderr.isatty() or not options["json"] else None)
        try:
            result = import_file(
                options["file"],
                access=_access_of(options["user"]),
                match=options["match"],
                mode=options["mode"],
                mapping=_mapping(options["mapping"]),
                dry_run=options["dry_run"],
                progress=progress.report,
            )
        except (ImportFileError, MappingError) as error:
            raise CommandError(str(error), returncode=UNREADABLE) from error
        except AccessDenied as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        except ImportImbalance as error:
            raise CommandError(str(error), returncode=IMBALANCE) from error
        except DatabaseError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(
                f"The database refused: {reason}. Nothing was imported.", returncode=1
            ) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was imported.", returncode=STOPPED) from None
        self.stdout.write(json.dumps(_as_json(result)) if options["json"] else _as_text(result))


class _Progress:
    """A line to stderr, at most one a second for each thing being done."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._started_at = time.monotonic()
        self._last: tuple[str, float] = ("", 0.0)

    def report(self, doing: str, count: int) -> None:
        now = time.monotonic()
        if self._stream is None or (doing == self._last[0] and now - self._last[1] < 1):
            return
        self._last = (doing, now)
        self._stream.write(f"{now - self._started_at:6.1f} s  {count:>9,} rows {doing}")


def _match_keys(text: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    unknown = [key for key in keys if key not in MATCH_FIELDS]
    if unknown or not keys:
        raise CommandError(
            f"--match takes {', '.join(MATCH_FIELDS)}, not {', '.join(unknown) or 'nothing'}.",
            returncode=UNREADABLE,
        )
    return tuple(dict.fromkeys(keys))


def _mapping(name: str | None) -> dict[str, str] | None:
    return load_mapping(name, settings.APP_DATA_DIR / "imports" / "mappings") if name else None


def _access_of(email: str | None) -> Access:
    if not email:
        return Access.of_operator()
    user = AdminUser.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise CommandError(f"There is no user {email}.", returncode=UNREADABLE)
    return Access.of(user)


def _as_json(result: ImportResult) -> dict[str, Any]:
    return {
        **result.balance,
        "operation": result.operation,
        "rejects_file": str(result.rejects_file) if result.rejects_file else None,
        "dry_run": result.dry_run,
        "contacts": result.contacts,
        "fields": result.fields,
        "custom": result.custom,
        "listed": result.listed,
        "left_out": result.left_out,
    }


def _as_text(result: ImportResult) -> str:
    lines = [
        "Dry run: nothing was written." if result.dry_run else f"Import done: operation {result.operation}.",
        f"{result.read:,} rows read = "
        + " + ".join(f"{getattr(result, name):,} {name}" for name in OUTCOMES),
        f"Contacts: {result.contacts['created']:,} created, {result.contacts['updated']:,} updated.",
    ]
    if result.custom:
        lines.append(f"Kept under their headers: {', '.join(result.custom)}.")
    if result.listed:
        lines.append(f"Contacts have several of these, kept as lists: {', '.join(result.listed)}.")
    if result.left_out:
        lines.append(f"Left out: {', '.join(result.left_out)}.")
    if result.rejects_file:
        lines.append(f"Rejected rows, with reasons: {result.rejects_file}")
    return "\n".join(lines)
