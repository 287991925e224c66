-- What the examinations ask. Catalogues and statistics only, but for the small tables of queue and cache.

-- name: settings
SELECT name, setting FROM pg_settings WHERE name = ANY (%(names)s);

-- name: character_type
SELECT pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datname = current_database();

-- name: extensions
SELECT extname FROM pg_extension;

-- name: connections
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
           - coalesce(current_setting('reserved_connections', true), '0')::int;

-- name: invalid_indexes
SELECT indexrelid::regclass::text FROM pg_index
JOIN pg_class ON pg_class.oid = indrelid
WHERE NOT (indisvalid AND indisready) AND relnamespace = 'public'::regnamespace
ORDER BY 1;

-- name: doubled_indexes
-- Pairs that hold the same: same table, method, columns, operators, condition. Of equal ones the unique one stays.
SELECT min(indexrelid::regclass::text), max(indexrelid::regclass::text) FROM pg_index
JOIN pg_class index ON index.oid = indexrelid
WHERE index.relnamespace = 'public'::regnamespace
GROUP BY indrelid, index.relam, indkey::text, indclass::text, indcollation::text, indoption::text,
         coalesce(pg_get_expr(indexprs, indrelid), ''), coalesce(pg_get_expr(indpred, indrelid), '')
HAVING count(*) > 1
ORDER BY 1;

-- name: bloated_tables
SELECT relname, n_dead_tup, n_live_tup FROM pg_stat_user_tables
WHERE n_dead_tup > 20000 AND n_dead_tup > 0.3 * (n_live_tup + n_dead_tup)
ORDER BY n_dead_tup DESC LIMIT 5;

-- name: unknown_tables
-- Large tables of which the planner knows nothing yet.
SELECT relname FROM pg_stat_user_tables
WHERE n_live_tup > 20000 AND last_analyze IS NULL AND last_autoanalyze IS NULL
ORDER BY n_live_tup DESC LIMIT 5;

-- name: transaction_age
SELECT age(datfrozenxid), current_setting('autovacuum_freeze_max_age')::bigint
FROM pg_database WHERE datname = current_database();

-- name: oldest_transaction
-- Of others: what they keep from being cleaned up.
SELECT extract(epoch FROM now() - min(xact_start))::float FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
      AND state <> 'idle';

-- name: clock
SELECT extract(epoch FROM clock_timestamp())::float, current_setting('TimeZone');

-- name: queue
SELECT
    (SELECT count(*) FROM procrastinate_jobs
        WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())),
    (SELECT extract(epoch FROM now() - greatest(job.scheduled_at, event.at))::float
        FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id
        WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
        ORDER BY job.id, event.id DESC LIMIT 1),
    (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '60 seconds'),
    (SELECT count(*) FROM procrastinate_jobs job
        LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
        WHERE job.status = 'doing'
              AND (worker.id IS NULL OR worker.last_heartbeat < now() - interval '60 seconds')),
    (SELECT count(*) FROM procrastinate_jobs WHERE status IN ('failed', 'aborted'));

-- name: cache
SELECT count(*), count(*) FILTER (WHERE expires < now()) FROM core_cache;

-- name: role
SELECT
    rolname,
    rolsuper,
    EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace)
FROM pg_roles
WHERE rolname = current_user;
