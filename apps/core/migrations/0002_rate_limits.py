"""Rate limits: an UNLOGGED table, and the functions that count in it. All of them can be called from psql."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0001_cache_table")]

    operations = [
        migrations.RunSQL(
            """
            -- Room in each page for new versions of its rows: a counter is updated in place, and no index with it.
            CREATE UNLOGGED TABLE core_rate_limit (
                route_class text NOT NULL,
                kind text NOT NULL,
                key text NOT NULL,
                passed_count integer NOT NULL,
                refused_count integer NOT NULL,
                refused_since timestamptz,
                started_at timestamptz NOT NULL,
                ends_at timestamptz NOT NULL,
                PRIMARY KEY (route_class, kind, key)
            ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

            CREATE FUNCTION check_rate_limit(
                _route_class text, _kinds text[], _keys text[], _limits integer[], _seconds integer[],
                OUT allowed boolean, OUT remaining integer, OUT retry_after integer)
            LANGUAGE plpgsql
            AS $$
            #variable_conflict use_column
            DECLARE
                _now constant timestamptz := clock_timestamp();
            BEGIN
                -- In the order of the keys, so that two requests never wait for each other. The rows stay locked until
                -- this statement ends: whoever comes meanwhile counts on from what is decided here.
                WITH tried AS (
                    INSERT INTO core_rate_limit AS held
                    SELECT _route_class, one.kind, one.key, 1, 0, NULL, _now, _now + make_interval(secs => one.seconds)
                    FROM unnest(_kinds, _keys, _limits, _seconds) AS one (kind, key, most, seconds)
                    ORDER BY one.kind, one.key
                    ON CONFLICT (route_class, kind, key) DO UPDATE SET
                        passed_count = CASE WHEN held.ends_at <= _now THEN 1 ELSE held.passed_count + 1 END,
                        refused_count = CASE WHEN held.ends_at <= _now THEN 0 ELSE held.refused_count END,
                        refused_since = CASE WHEN held.ends_at <= _now THEN NULL ELSE held.refused_since END,
                        started_at = CASE WHEN held.ends_at <= _now THEN excluded.started_at ELSE held.started_at END,
                        ends_at = CASE WHEN held.ends_at <= _now THEN excluded.ends_at ELSE held.ends_at END
                    RETURNING kind, key, passed_count, ends_at
                )
                SELECT coalesce(bool_and(tried.passed_count <= one.most), true),
                       greatest(min(one.most - tried.passed_count), 0),
                       coalesce(ceil(extract(epoch FROM
                           max(tried.ends_at) FILTER (WHERE tried.passed_count > one.most) - _now)), 0)
                INTO allowed, remaining, retry_after
                FROM tried
                JOIN unnest(_kinds, _keys, _limits) AS one (kind, key, most) USING (kind, key);

                -- A try that is refused for one key uses up none of the others: who runs into their own limit must not
                -- lock out colleagues behind the same address.
                IF NOT allowed THEN
                    retry_after := greatest(retry_after, 1);
                    UPDATE core_rate_limit AS held SET
                        passed_count = held.passed_count - 1,
                        refused_count = held.refused_count + (held.passed_count > one.most)::int,
                        refused_since = CASE WHEN held.passed_count > one.most
                                             THEN coalesce(held.refused_since, _now) ELSE held.refused_since END
                    FROM unnest(_kinds, _keys, _limits) AS one (kind, key, most)
                    WHERE held.route_class = _route_class AND held.kind = one.kind AND held.key = one.key;
                END IF;
            END
            $$;
            COMMENT ON FUNCTION check_rate_limit IS
                'Counts one try for several keys at once, or refuses it and counts it for none. Each key has its kind, '
                'the most tries and the seconds they are counted for.';

            CREATE FUNCTION give_back_rate_limit(_route_class text, _kinds text[], _keys text[]) RETURNS void
            LANGUAGE sql
            AS $$
                UPDATE core_rate_limit AS held SET passed_count = greatest(passed_count - 1, 0)
                FROM unnest(_kinds, _keys) AS one (kind, key)
                WHERE held.route_class = _route_class AND held.kind = one.kind AND held.key = one.key
            $$;
            COMMENT ON FUNCTION give_back_rate_limit IS 'Takes back one try that turned out not to count.';

            CREATE FUNCTION prune_rate_limits() RETURNS integer
            LANGUAGE sql
            AS $$
                WITH ended AS (
                    SELECT route_class, kind, key FROM core_rate_limit WHERE ends_at <= clock_timestamp()
                    FOR UPDATE SKIP LOCKED
                ), removed AS (
                    DELETE FROM core_rate_limit USING ended
                    WHERE core_rate_limit.route_class = ended.route_class AND core_rate_limit.kind = ended.kind
                      AND core_rate_limit.key = ended.key
                    RETURNING 1
                )
                SELECT count(*)::integer FROM removed
            $$;
            COMMENT ON FUNCTION prune_rate_limits IS 'Removes what no limit needs any more; returns the number of rows.';
            """,
            """
            DROP FUNCTION prune_rate_limits();
            DROP FUNCTION give_back_rate_limit(text, text[], text[]);
            DROP FUNCTION check_rate_limit(text, text[], text[], integer[], integer[]);
            DROP TABLE core_rate_limit;
            """,
            state_operations=[
                migrations.CreateModel(
                    name="RateLimitWindow",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "route_class",
                                "kind",
                                "key",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("route_class", models.TextField()),
                        ("kind", models.TextField(help_text="address, account or token")),
                        (
                            "key",
                            models.TextField(
                                help_text="The address, an id, or the keyed hash of an e-mail address."
                            ),
                        ),
                        ("passed_count", models.IntegerField()),
                        ("refused_count", models.IntegerField()),
                        ("refused_since", models.DateTimeField(null=True)),
                        ("started_at", models.DateTimeField()),
                        ("ends_at", models.DateTimeField()),
                    ],
                    options={"db_table": "core_rate_limit"},
                )
            ],
        )
    ]
