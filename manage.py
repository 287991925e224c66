#!/usr/bin/env python3
"""Run a management command; without DATABASE_URL the embedded PostgreSQL is found, and started when it is down."""

import os
import sys

# They read or write files of the project only, or start nothing on purpose. Everything else may ask the database.
NEED_NO_DATABASE = {
    "help",
    "version",
    "makemessages",
    "compilemessages",
    "collectstatic",
    "findstatic",
    "diffsettings",
    # It says whether the database is up; to start it would be no answer.
    "doctor",
}

# They run on, like the web server: what they print is a log, and they count for the metrics page.
SERVICES = {"procrastinate", "worker"}


# For appointment360/databases.py; every other one is a "command".
ROLES = {
    "worker": "worker",
    "procrastinate": "worker",
    "migrate": "migration",
    "showmigrations": "migration",
    "seed_contacts": "setup",
    "flush": "setup",
    "runserver": "web",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "appointment360.settings")
    if SERVICES & set(sys.argv[1:2]):
        become_a_service()
    os.environ.setdefault("PROCESS_ROLE", ROLES.get(sys.argv[1] if len(sys.argv) > 1 else "", "command"))
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError
    from psycopg.errors import LockNotAvailable
    from psycopg_pool import PoolTimeout

    from apps.core.embedded import SetupError

    try:
        if needs_database(sys.argv):
            start_embedded_database()
    except (SetupError, ImproperlyConfigured) as error:
        sys.exit(f"manage.py: {error}")
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        print("manage.py: Stopped.", file=sys.stderr)
        sys.exit(130)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            sys.exit(
                "manage.py: Somebody else uses what this needs (lock timeout). This step was not done: run it again."
            )
        if not isinstance(error.__cause__, PoolTimeout):
            raise
        sys.exit(
            "manage.py: The database does not answer (the reason is above). Is it up, and DATABASE_URL right?"
        )


def become_a_service() -> None:
    """Before Django is set up: settings and metrics look at the environment when they are imported."""
    from django.core.exceptions import ImproperlyConfigured

    os.environ.setdefault("LOG_STREAM", "stdout")
    try:
        from appointment360 import observing
        from apps.core import metric_files

        metric_files.use_folder(observing.data_folder())
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")


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
