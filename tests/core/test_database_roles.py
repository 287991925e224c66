"""The role that the product runs as: no superuser, owns nothing, alters nothing (I5). The suite itself runs as it."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction

from apps.core.database_roles import append_only_tables, grant_to_app_role

ROLE = settings.APP_DATABASE["USER"]


def answer(question: str, *parameters: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        return cursor.fetchall() if cursor.description else []


@pytest.mark.django_db
def test_it_owns_nothing_and_cannot_become_the_owner() -> None:
    assert answer("SELECT current_user") == [(ROLE,)]
    assert answer("SELECT relname FROM pg_class WHERE relowner = %s::regrole", ROLE) == []
    assert answer("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s", ROLE) == [
        (False, False, False)
    ]
    owner = settings.OWNER_DATABASE["USER"]
    assert answer("SELECT pg_has_role(%s, %s, 'MEMBER')", ROLE, owner) == [(False,)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        "CREATE TABLE mine (n int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE contacts_contact ADD COLUMN mine int",
        "ALTER TABLE contacts_contact DISABLE TRIGGER USER",
        "DROP TABLE contacts_change",
        "TRUNCATE contacts_contact",
        "DELETE FROM django_migrations",
        "COPY contacts_contact TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
        "CREATE EXTENSION plpython3u",
    ],
)
def test_it_cannot_alter_tables_or_reach_the_machine(act: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        answer(act)


@pytest.mark.django_db
def test_every_table_has_its_grants() -> None:
    """Reading and writing everywhere; adding only where that was declared."""
    held = dict(
        answer(
            "SELECT c.relname, array_agg(p ORDER BY p) FROM pg_class c,"
            " unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) p"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(%s, c.oid, p) GROUP BY 1",
            ROLE,
        )
    )
    tables = set(connection.introspection.table_names())
    assert held == {
        table: ["SELECT"]
        if table == "django_migrations"
        else ["INSERT", "SELECT"]
        if table in append_only_tables()
        else ["DELETE", "INSERT", "SELECT", "UPDATE"]
        for table in tables
    }
    assert append_only_tables() <= tables


@pytest.mark.django_db
@pytest.mark.as_owner
def test_a_table_of_a_later_migration_gets_its_grants() -> None:
    answer("CREATE TABLE later (n int)")
    assert answer("SELECT has_table_privilege(%s, 'later', 'INSERT')", ROLE) == [(False,)]
    call_command("migrate", verbosity=0)
    assert answer("SELECT has_table_privilege(%s, 'later', 'INSERT')", ROLE) == [(True,)]


@pytest.mark.django_db
@pytest.mark.as_owner
def test_a_role_that_is_not_there_and_may_not_be_made_is_said(settings: Any) -> None:
    settings.APP_DATABASE = {"USER": "somebody_else", "PASSWORD": "secret"}
    with pytest.raises(CommandError, match="CREATE ROLE somebody_else LOGIN PASSWORD") as refusal:
        grant_to_app_role(apps.get_app_config("core"), using="default")
    assert "secret" not in str(refusal.value)
