"""manage.py manage_select2_cache: the tables behind the option lists of filters and pickers."""

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from apps.contacts.facets import bitmaps, counts
from apps.contacts.facets.models import FacetBitmap, FacetBits, FacetDelta, FacetStale, FacetValue
from apps.contacts.facets.queries import field_statistics, pending, table_sizes, total_contacts

TABLES = [model._meta.db_table for model in (FacetValue, FacetDelta, FacetBitmap, FacetBits, FacetStale)]


class Command(BaseCommand):
    help = (
        "Look after the option lists. They keep themselves up to date and are right at any moment, during this command "
        "too. stats: what they hold; cleanup: fold what waits and forget values that nobody holds (seconds); refresh: "
        "count everything anew from the contacts, as after a restore; clear: throw all of it away and make it anew, "
        "bitmaps too. With refresh and clear whoever changes a contact is told to try again until they are done, half "
        "a minute a million; each is one transaction, so it may be interrupted. Exit codes: 0 done, 1 failed: nothing "
        "was changed, run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["stats", "refresh", "cleanup", "clear"])
        parser.add_argument("--json", action="store_true", help="Print the outcome as JSON.")

    def handle(self, *, action: str, **options: Any) -> None:
        act = {"stats": _stats, "refresh": _refresh, "cleanup": _clean_up, "clear": _clear}[action]
        began = time.perf_counter()
        try:
            outcome = act()
        except DatabaseError as error:
            raise CommandError(f"The database refused: {str(error).splitlines()[0]}") from error
        outcome |= {"action": action, "seconds": round(time.perf_counter() - began, 2)}
        self.stdout.write(json.dumps(outcome, indent=2) if options["json"] else _in_words(outcome))


def _stats() -> dict[str, Any]:
    deltas, stale = pending()
    fields = field_statistics()
    fields.pop("", None)
    return {
        "contacts": total_contacts(),
        "fields": {name: asdict(numbers) for name, numbers in fields.items()},
        "pending": deltas,
        "stale_contacts": stale,
        "bitmaps": FacetBitmap.objects.count(),
        "bytes": table_sizes(TABLES),
    }


def _clean_up() -> dict[str, Any]:
    folded, _ = pending()
    return {"folded": folded, "removed": counts.clean_up()}


def _refresh() -> dict[str, Any]:
    before = set(FacetValue.objects.values_list("field", "value", "n"))
    counts.rebuild()
    after = set(FacetValue.objects.values_list("field", "value", "n"))
    bitmaps.refresh()
    return {"values": len(after), "corrected": len(before ^ after), "contacts": total_contacts()}


def _clear() -> dict[str, Any]:
    counts.rebuild()
    bitmaps.rebuild()
    return {
        "values": FacetValue.objects.count(),
        "bitmaps": FacetBitmap.objects.count(),
        "contacts": total_contacts(),
    }


def _in_words(outcome: dict[str, Any]) -> str:
    took = f"It took {outcome['seconds']} s."
    match outcome["action"]:
        case "stats":
            rows = [
                f"{name:<16}{one['values']:>10,}{one['contacts']:>14,}{one['pending']:>10,}"
                for name, one in outcome["fields"].items()
            ]
            megabytes = sum(outcome["bytes"].values()) / 1024**2
            head = f"{'field':<16}{'values':>10}{'contacts':>14}{'pending':>10}"
            foot = (
                f"{outcome['contacts']:,} contacts, {outcome['bitmaps']:,} bitmaps, {megabytes:,.1f} MB; "
                f"{outcome['pending']:,} changes of counts and {outcome['stale_contacts']:,} contacts wait."
            )
            return "\n".join([head, *rows, foot])
        case "cleanup":
            return f"Folded {outcome['folded']:,} changes, removed {outcome['removed']:,} values. {took}"
        case "refresh":
            return f"{outcome['values']:,} values counted anew, {outcome['corrected']:,} entries corrected. {took}"
    return f"Made anew: {outcome['values']:,} values, {outcome['bitmaps']:,} bitmaps. {took}"
