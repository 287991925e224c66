"""manage.py doctor: is the installation well, and what to do where it is not."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.core.doctor import Level, Report, examine

EXIT_UNWELL = 1
_SIGNS = {Level.OK: "  ok  ", Level.WARN: " warn ", Level.FAIL: " FAIL "}


class Command(BaseCommand):
    help = (
        "Examine settings, database, tables, queue, files, mail and cache, each within seconds; without a database, "
        "what needs none. Nothing is changed, and a stopped embedded database is not started. Exit codes: 0 well, "
        f"with or without warnings; {EXIT_UNWELL} something does not work."
    )
    requires_system_checks = []  # one of the examinations; a failed one must not hide the others

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the report as JSON.")

    def handle(self, **options: Any) -> None:
        report = examine()
        self.stdout.write(json.dumps(report.as_json(), indent=2) if options["json"] else _in_words(report))
        if report.level is Level.FAIL:
            raise SystemExit(EXIT_UNWELL)


def _in_words(report: Report) -> str:
    lines = []
    for group, results in report.groups.items():
        lines.append(group)
        for result in results:
            lines.append(f"{_SIGNS[result.level]} {result.name}: {result.sentence}")
            if result.advice:
                lines.append(f"       → {result.advice}")
    return "\n".join([*lines, "", report.verdict])
