"""The first person of an installation; everybody else can then be added by them."""

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from apps.accounts.models import AdminUser
from apps.accounts.people.creation import create_admin
from apps.accounts.people.refusals import AddressTaken
from apps.accounts.spelling import spelled


class Command(BaseCommand):
    help = (
        "Add an admin. The password is asked for, or read from standard input with --password-stdin. "
        "Exit code 0: added; 1: refused, with the reason."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="what they sign in with")
        parser.add_argument("--name", default="", help="as colleagues see it")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *args: Any, email: str, name: str, password_stdin: bool, **options: Any) -> None:
        email = spelled(email)
        try:
            validate_email(email)
            if AdminUser.objects.filter(email=email).exists():
                raise CommandError(f"{email} is here already.")
            password = sys.stdin.readline().rstrip("\n") if password_stdin else ask_twice()
            validate_password(password, AdminUser(email=email, name=name))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        try:
            create_admin(email, password, name=name)
        except AddressTaken as error:  # by somebody who was added while the password was typed
            raise CommandError(str(error)) from error
        self.stdout.write(f"Added the admin {email}.")


def ask_twice() -> str:
    try:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Again: ") != password:
            raise CommandError("The two passwords differ.")
    except (EOFError, KeyboardInterrupt):
        raise CommandError("No password was given.") from None
    return password
