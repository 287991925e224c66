"""What the role that the product runs as may do: read and write rows, and nothing to the tables themselves.

Said anew after each migration, by the owner. Some tables can only be added to, which an app declares when it is ready:

    declare_append_only("accounts_security_event")
"""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections
from django.db.models.signals import post_migrate
from psycopg import sql

# What a migration brings is decided by migrations alone.
_READ_ONLY = {"django_migrations"}
_append_only: set[str] = set()
MAINTAIN_SINCE = 170000  # so that an import may ANALYZE; before, PostgreSQL skips it with a warning


def declare_append_only(table: str) -> None:
    _append_only.add(table)


def append_only_tables() -> frozenset[str]:
    return frozenset(_append_only)


def grant_to_app_role(sender: AppConfig, *, using: str, **_: Any) -> None:
    """Raises CommandError when the role of DATABASE_URL is not there and may not be made."""
    connection = connections[using]
    role = settings.APP_DATABASE["USER"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
        owner, exists = cursor.fetchone()
        if role == owner:
            return
        if not exists:
            _make_role(cursor, role, settings.APP_DATABASE.get("PASSWORD", ""))
        names = {"role": sql.Identifier(role)}
        for statement in _statements(cursor.connection.info.server_version):
            cursor.execute(sql.SQL(statement).format(**names))
        present = set(connection.introspection.table_names(cursor))
        for table in sorted(present & (_append_only | _READ_ONLY)):
            taken = "INSERT, " if table in _READ_ONLY else ""
            cursor.execute(
                sql.SQL(f"REVOKE {taken}UPDATE, DELETE ON {{table}} FROM {{role}}").format(
                    table=sql.Identifier(table), **names
                )
            )


def _statements(version: int) -> list[str]:
    may = "SELECT, INSERT, UPDATE, DELETE" + (", MAINTAIN" if version >= MAINTAIN_SINCE else "")
    return [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT {may} ON ALL TABLES IN SCHEMA public TO {{role}}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]


def _make_role(cursor: Any, role: str, password: str) -> None:
    cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
    if not cursor.fetchone()[0] or not password:
        raise CommandError(
            f"The role {role} of DATABASE_URL is not there. As a superuser: CREATE ROLE {role} LOGIN PASSWORD '…'"
        )
    # Scrambled here, so that no log of the server holds it.
    scrambled = cursor.connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    cursor.execute(
        sql.SQL("CREATE ROLE {role} LOGIN PASSWORD {password}").format(
            role=sql.Identifier(role), password=sql.Literal(scrambled.decode())
        )
    )


def listen() -> None:
    from django.apps import apps

    # One app stands for all: Django says it after all migrations, once for each app.
    post_migrate.connect(
        grant_to_app_role, sender=apps.get_app_config("core"), dispatch_uid="core.database_roles"
    )
