from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.demo_accounts import DemoAccountsRefused, credentials_file, prepare_demo_accounts


class Command(BaseCommand):
    help = (
        "Make one admin, one manager and one user to try the product with, with passwords in a private file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="http://127.0.0.1:8000/", help="the address written beside them")

    def handle(self, *args: Any, url: str, **options: Any) -> None:
        try:
            sign_ins = prepare_demo_accounts(url=url)
        except DemoAccountsRefused as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{', '.join(entry.email for entry in sign_ins)}: passwords in {credentials_file()}"
        )
