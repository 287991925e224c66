"""A table for the effects of jobs, and an empty queue after each test (its tables are not flushed by Django)."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection


@pytest.fixture(autouse=True)
def queue(transactional_db: None) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS job_effect (id serial PRIMARY KEY, text text NOT NULL)")
        role = settings.APP_DATABASE["USER"]
        cursor.execute(f"GRANT ALL ON job_effect, job_effect_id_seq TO {role}")
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE job_effect")
        cursor.execute(
            "TRUNCATE procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers CASCADE"
        )
