"""For tests of two connections: the one goes on when the other has come to a lock."""

from time import sleep

from django.db import connection


def wait_until_somebody_waits() -> None:
    """Until another connection to this database waits for a lock."""
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_stat_clear_snapshot()"
            )  # else a transaction sees its first answer again
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone() != (0,):
                return
        sleep(0.01)
    raise AssertionError("Nobody waits.")
