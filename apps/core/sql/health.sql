-- name: replication
-- One row: whether this is a replica, how far it is behind, and how far the furthest of its own replicas is.
SELECT
    pg_is_in_recovery() AS is_replica,
    extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8 AS behind,
    (SELECT extract(epoch FROM max(replay_lag))::float8 FROM pg_stat_replication) AS furthest,
    (SELECT count(*) FROM pg_stat_replication) AS replicas

-- name: queue
-- Seconds that the longest waiting job has been due. Ids ascend with time, so the lowest one that may start at once
-- is the oldest of those; of the others, the time they were to start at counts.
SELECT greatest(
    (
        SELECT extract(epoch FROM now() - min(job.scheduled_at))
        FROM procrastinate_jobs AS job
        WHERE job.status = 'todo' AND job.scheduled_at <= now()
    ),
    (
        SELECT extract(epoch FROM now() - max(event.at))
        FROM procrastinate_events AS event
        WHERE event.job_id = (
            SELECT min(job.id) FROM procrastinate_jobs AS job WHERE job.status = 'todo' AND job.scheduled_at IS NULL
        )
    ),
    0
)::float8 AS oldest

-- name: stalled
-- Jobs that are said to be done by a worker nobody has heard of for so long.
SELECT count(*)
FROM procrastinate_jobs AS job
LEFT JOIN procrastinate_workers AS worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
    AND (worker.id IS NULL OR worker.last_heartbeat < now() - %(seconds)s * interval '1 second')

-- name: heartbeat
-- When a worker was last heard of, in seconds since 1970 and seconds ago; NULL when there is none.
SELECT
    extract(epoch FROM max(last_heartbeat))::float8 AS moment,
    extract(epoch FROM now() - max(last_heartbeat))::float8 AS ago
FROM procrastinate_workers
