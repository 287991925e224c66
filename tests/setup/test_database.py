import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_is_a_real_postgresql_that_folds_accents():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int >= 150000, lower('ÉÜ')")
        assert cursor.fetchone() == (True, "éü")
