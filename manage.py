#!/usr/bin/env python3
"""Run a management command; without DATABASE_URL the embedded PostgreSQL is found, and started when it is down."""

import os
import sys

# They read or write files of the project only. Everything else may ask the database.
NEED_NO_DATABASE = {
    "help",
    "version",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "findstatic",
    "diffsettings",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError
    from psycopg_pool import PoolTimeout

    from apps.core.embedded import SetupError

    try:
        if needs_database(sys.argv):
            start_embedded_database()
    except (SetupError, ImproperlyConfigured) as error:
        sys.exit(f"manage.py: {error}")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if not isinstance(error.__cause__, PoolTimeout):
            raise
        sys.exit(
            "manage.py: The database does not answer (the reason is above). Is it up, and DATABASE_URL right?"
        )


def needs_database(argv: list[str]) -> bool:
    words = argv[1:]
    return bool(words) and words[0] not in NEED_NO_DATABASE and not {"--help", "-h", "--version"} & set(words)


def start_embedded_database() -> None:
    from django.conf import settings

    from apps.core import embedded

    if settings.USES_EMBEDDED_DATABASE:
        embedded.ensure_running(settings.APP_DATA_DIR)


if __name__ == "__main__":
    main()
