"""What `make run` brings up to date before the web server starts: tables and static files."""

import hashlib
from pathlib import Path

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from apps.core.embedded import SetupError


def migrate() -> None:
    try:
        refuse_unreachable_database()
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            print("Bringing the tables up to date …", flush=True)
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise SetupError(
            f"The tables could not be brought up to date: {_first_line(error)} "
            "(.venv/bin/python manage.py migrate says where)"
        ) from error


def refuse_unreachable_database() -> None:
    """Ask once without the pool, which would try for ten seconds and then forget the reason."""
    parameters = {**connection.get_connection_params(), "connect_timeout": 5}
    try:
        with psycopg.connect(**parameters) as probe:
            version = probe.info.server_version
    except psycopg.Error as error:
        raise SetupError(f"The database does not answer: {_first_line(error)}") from error
    if version < 150000:
        raise SetupError(f"The database is PostgreSQL {version // 10000}. Versions 15 to 18 will do.")


def collect_static() -> None:
    """Copy, hash and compress the static files, unless they are those of the last run."""
    note = Path(settings.APP_DATA_DIR) / "static.fingerprint"
    now = static_fingerprint()
    if note.exists() and note.read_text() == now and Path(settings.STATIC_ROOT).is_dir():
        return
    print("Collecting the static files …", flush=True)
    note.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    note.write_text(now)


def static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            facts = Path(storage.path(name)).stat()
            digest.update(f"{name} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def close_pool() -> None:
    """From here on the web processes have their own connections."""
    connections.close_all()
    wrapper = connections["default"]
    assert isinstance(wrapper, DatabaseWrapper)  # for the type checker: no other database is supported
    wrapper.close_pool()


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
