"""The way back in for somebody who lost their phone and their recovery codes, and has no admin to ask."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.accounts.models import AdminUser
from apps.accounts.second_factors import reset_second_factors


class Command(BaseCommand):
    help = (
        "Remove the authenticator app, passkeys and recovery codes of a person and end their sessions. They sign in "
        "with their password alone then, and set up a new factor if their role requires one. "
        "Exit code 0: done, or there were none; 1: nobody has this address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="what they sign in with")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        person = AdminUser.objects.filter(email=email.strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {email}.")
        number = reset_second_factors(person, actor_id=None)
        self.stdout.write(f"Removed {number} second factor{'' if number == 1 else 's'} of {person.email}.")
