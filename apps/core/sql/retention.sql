-- name: count_jobs
SELECT count(*) FROM procrastinate_jobs job
WHERE status IN ('succeeded', 'cancelled')
      AND NOT EXISTS (SELECT FROM procrastinate_events event WHERE event.job_id = job.id AND event.at >= %(before)s);

-- name: remove_jobs
-- Their events go with them, and the last slots of periodic tasks let go of them (a trigger of the queue's own).
WITH gone AS (
    SELECT id FROM procrastinate_jobs job
    WHERE status IN ('succeeded', 'cancelled')
          AND NOT EXISTS (SELECT FROM procrastinate_events event WHERE event.job_id = job.id AND event.at >= %(before)s)
    ORDER BY id LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
)
DELETE FROM procrastinate_jobs USING gone WHERE procrastinate_jobs.id = gone.id;

-- name: count_records
SELECT count(*) FROM core_jobrun WHERE started_at < %(before)s AND outcome <> 'running';

-- name: remove_records
DELETE FROM core_jobrun WHERE id IN (
    SELECT id FROM core_jobrun WHERE started_at < %(before)s AND outcome <> 'running' ORDER BY id LIMIT %(most)s
);

-- name: count_errors
SELECT count(*) FROM core_errorgroup WHERE last_seen < %(before)s;

-- name: remove_errors
DELETE FROM core_errorgroup WHERE id IN (
    SELECT id FROM core_errorgroup WHERE last_seen < %(before)s ORDER BY id LIMIT %(most)s
);

-- name: count_limits
SELECT count(*) FROM core_rate_limit WHERE ends_at < %(before)s;

-- name: count_cache
SELECT count(*) FROM core_cache WHERE expires < %(before)s;

-- name: remove_cache
DELETE FROM core_cache WHERE cache_key IN (
    SELECT cache_key FROM core_cache WHERE expires < %(before)s LIMIT %(most)s FOR UPDATE SKIP LOCKED
);

-- name: remove_expired
DELETE FROM core_cache WHERE expires < %(before)s;
