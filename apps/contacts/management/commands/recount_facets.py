"""manage.py recount_facets: counts and bitmaps of the filters' values, made anew from the contacts."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.contacts.facets import bitmaps, counts
from apps.contacts.facets.models import FacetBitmap, FacetValue
from apps.contacts.facets.queries import total_contacts


class Command(BaseCommand):
    help = (
        "Count anew how many contacts hold each value of the filters, and make the bitmaps that count combinations. "
        "They are kept up to date by themselves; this is for after a restore, an upgrade, or work on the tables with "
        "triggers disabled. People can read meanwhile; who changes a contact on a page during the first part is told, "
        "after five seconds, to try again. Exit codes: 0 done, 1 failed: run it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the outcome as JSON.")

    def handle(self, **options: Any) -> None:
        started = time.perf_counter()
        counts.rebuild()
        bitmaps.rebuild()
        outcome = {
            "contacts": total_contacts(),
            "values": FacetValue.objects.exclude(field="").count(),
            "bitmaps": FacetBitmap.objects.count(),
            "seconds": round(time.perf_counter() - started, 1),
        }
        self.stdout.write(json.dumps(outcome, indent=2) if options["json"] else _in_words(outcome))


def _in_words(outcome: dict[str, Any]) -> str:
    return (
        f"{outcome['contacts']:,} contacts hold {outcome['values']:,} values, "
        f"{outcome['bitmaps']:,} of them with a bitmap. It took {outcome['seconds']} s."
    )
