"""Sessions that are over are removed by one function, in batches, from here or from psql."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_capabilities_cache"),
        ("sessions", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            """
            CREATE FUNCTION cleanup_expired_sessions(_most integer DEFAULT 1000) RETURNS integer
            LANGUAGE sql
            AS $$
                WITH ended AS (
                    SELECT session_key FROM django_session WHERE expire_date <= clock_timestamp()
                    ORDER BY expire_date LIMIT _most FOR UPDATE SKIP LOCKED
                ), removed AS (
                    DELETE FROM django_session USING ended
                    WHERE django_session.session_key = ended.session_key
                    RETURNING django_session.session_key
                ), unlisted AS (
                    DELETE FROM usersessions_usersession AS listed USING removed
                    WHERE listed.session_key = removed.session_key
                ), left_over AS (
                    -- Listed, but its session is gone. One that has just begun is given the time to be there.
                    DELETE FROM usersessions_usersession WHERE id IN (
                        SELECT listed.id FROM usersessions_usersession AS listed
                        WHERE listed.last_seen_at < clock_timestamp() - interval '1 hour'
                          AND NOT EXISTS (SELECT FROM django_session AS kept WHERE kept.session_key = listed.session_key)
                        LIMIT _most FOR UPDATE SKIP LOCKED)
                    RETURNING id
                )
                SELECT ((SELECT count(*) FROM removed) + (SELECT count(*) FROM left_over))::integer
            $$;
            COMMENT ON FUNCTION cleanup_expired_sessions IS
                'Removes one batch of sessions that are over; returns how many, 0 when there is nothing left to do.';
            """,
            "DROP FUNCTION cleanup_expired_sessions(integer);",
        )
    ]
