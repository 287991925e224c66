"""The database that the product talks to, through its own settings and pool."""

import psycopg
import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_a_real_postgresql_that_folds_accents():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int >= 150000, lower('ÉÜ')")
        assert cursor.fetchone() == (True, "éü")


@pytest.mark.django_db
def test_migrations_install_the_extensions_and_never_intarray():
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        extensions = {name for (name,) in cursor.fetchall()}
    assert {"pg_trgm", "btree_gin", "unaccent"} <= extensions
    # It would silently disable the indexes on lists.
    assert "intarray" not in extensions


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_died_in_the_pool_costs_nobody_an_error():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pooled,) = cursor.fetchone()
    connection.close()
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as another:
        another.execute("SELECT pg_terminate_backend(%s, 5000)", [pooled])
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (pooled,)
