"""manage.py column_rights: which columns a person may read and edit."""

import json
from collections.abc import Collection
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.access import Access
from apps.accounts.columns import ColumnRight, all_columns, held
from apps.accounts.models import AdminUser, role_defaults
from apps.accounts.presets import PRESETS, preset_rights
from apps.accounts.rights import UnknownColumns, set_column_rights

EXIT_UNKNOWN = 2


class Command(BaseCommand):
    help = (
        "Show or change the columns a person may read and edit. A column that is not granted is hidden, even one "
        "added to the product later. Admins read and edit all. The change holds from the person's next request. "
        f"Exit codes: 0 done, {EXIT_UNKNOWN} no such person or column (nothing changed)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="Whose rights.")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--show", action="store_true", help="Print every column with its right.")
        for right in ("hide", "read", "edit"):
            what.add_argument(
                f"--{right}", metavar="A,B", help=f"Columns to {right}, comma-separated, or all."
            )
        what.add_argument("--preset", choices=PRESETS, help="Rights on every column at once.")
        what.add_argument(
            "--copy-from", metavar="EMAIL", help="The same rights as somebody else who is no admin."
        )
        parser.add_argument("--json", action="store_true", help="Print the rights as JSON.")

    def handle(self, *, email: str, **options: Any) -> None:
        person = AdminUser.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(f"Nobody signs in as {email}.", returncode=EXIT_UNKNOWN)
        for option, right in (
            ("hide", ColumnRight.HIDDEN),
            ("read", ColumnRight.READ),
            ("edit", ColumnRight.EDIT),
        ):
            if options[option] is not None:
                self._change(person, dict.fromkeys(_columns_in(options[option]), right))
        if options["preset"]:
            self._change(person, preset_rights(options["preset"], defaults=role_defaults(person.role)))
        if options["copy_from"]:
            self._change(person, held(_person_to_copy(options["copy_from"]).column_rights))
        self.stdout.write(json.dumps(_rights(person), indent=2) if options["json"] else _in_words(person))

    def _change(self, person: AdminUser, rights: dict[str, ColumnRight]) -> None:
        try:
            set_column_rights(person, rights=rights, actor_id=None)
        except UnknownColumns as error:
            raise CommandError(str(error), returncode=EXIT_UNKNOWN) from error


def _columns_in(names: str) -> Collection[str]:
    return all_columns() if names == "all" else {name.strip() for name in names.split(",") if name.strip()}


def _person_to_copy(email: str) -> AdminUser:
    person = AdminUser.objects.filter(email__iexact=email).exclude(role=AdminUser.Role.ADMIN).first()
    if person is None:
        raise CommandError(
            f"There is no {email} whose rights could be copied: nobody, or an admin.", returncode=EXIT_UNKNOWN
        )
    return person


def _rights(person: AdminUser) -> dict[str, str]:
    access = Access.of(person)
    return {
        name: "edit" if access.can_edit(name) else "read" if access.can_read(name) else "hidden"
        for name in sorted(all_columns())
    }


def _in_words(person: AdminUser) -> str:
    head = f"{person.email} ({person.get_role_display()})"
    if person.role == AdminUser.Role.ADMIN:
        head += ": admins read and edit every column, whatever is set here"
    width = max(map(len, all_columns()))
    return "\n".join([head, *(f"  {name:<{width}}  {right}" for name, right in _rights(person).items())])
