-- The claim of a worker to a job: it is being done, by this worker, in this attempt. The row stays locked to the end
-- of the transaction, so that nobody can take the job away between the question and the commit. A job that was put back
-- by hand begins again with no attempts, perhaps at the same worker: whoever has been stopped before has no claim to it.

-- name: claim
SELECT id FROM procrastinate_jobs
WHERE id = %(job)s AND status = 'doing' AND worker_id = %(worker)s AND attempts = %(attempts)s
    AND EXISTS (SELECT FROM core_jobrun WHERE core_jobrun.id = %(run)s AND outcome = 'running')
FOR UPDATE;

-- name: finish
WITH mine AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs
    WHERE id = %(job)s AND status = 'doing' AND worker_id = %(worker)s AND attempts = %(attempts)s
        AND EXISTS (SELECT FROM core_jobrun WHERE core_jobrun.id = %(run)s AND outcome = 'running')
    FOR UPDATE
)
SELECT procrastinate_finish_job_v1(id, 'succeeded', false) FROM mine;

-- A worker that ends asks no more who was stopped meanwhile: that job does not go back.

-- name: hand_back
WITH mine AS MATERIALIZED (
    SELECT id, abort_requested FROM procrastinate_jobs
    WHERE id = %(job)s AND status = 'doing' AND worker_id = %(worker)s AND attempts = %(attempts)s
    FOR UPDATE
)
UPDATE procrastinate_jobs
SET status = CASE WHEN mine.abort_requested THEN 'aborted' ELSE 'todo' END::procrastinate_job_status,
    scheduled_at = NULL, abort_requested = false, worker_id = NULL
FROM mine WHERE procrastinate_jobs.id = mine.id
RETURNING mine.abort_requested;

-- The same two ends as procrastinate writes, for those that end with an error, but only by the one who holds the job.

-- name: end_claimed
WITH mine AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs
    WHERE id = %(job_id)s AND status = 'doing' AND worker_id = %(worker_id)s AND attempts = %(attempts)s
    FOR UPDATE
)
SELECT procrastinate_finish_job_v1(id, %(status)s::procrastinate_job_status, false) FROM mine;

-- name: retry_claimed
WITH mine AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs
    WHERE id = %(job_id)s AND status = 'doing' AND worker_id = %(worker_id)s AND attempts = %(attempts)s
    FOR UPDATE
)
SELECT procrastinate_retry_job_v2(id, %(retry_at)s, NULL, NULL, NULL) FROM mine;

-- While this one was being done, another one of its key may have been enqueued: only one of them can wait under it. One
-- that waits itself keeps its key.

-- name: release_key
UPDATE procrastinate_jobs SET queueing_lock = NULL
WHERE id = %(job)s AND status <> 'todo' AND EXISTS (
    SELECT FROM procrastinate_jobs waiting
    WHERE waiting.status = 'todo' AND waiting.queueing_lock = procrastinate_jobs.queueing_lock
);

-- A worker whose heart has not beaten for so long is dead or frozen. One that was started since may have deleted its
-- row already; its jobs then belong to nobody.

-- name: stalled
SELECT job.id, job.attempts
FROM procrastinate_jobs job
LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
WHERE job.status = 'doing'
    AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(silence)s))
ORDER BY job.id
FOR UPDATE OF job SKIP LOCKED;

-- name: lose_runs
UPDATE core_jobrun SET outcome = 'lost', finished_at = now(), error = %(error)s
WHERE job_id = ANY(%(jobs)s) AND outcome = 'running'
RETURNING id;

-- An earlier attempt whose end could not be written, because the database was away just then. Only who holds the job
-- says so: a worker that wakes up late must not take the attempt of another one for an earlier one.

-- name: lose_earlier_runs
UPDATE core_jobrun SET outcome = 'lost', finished_at = now(), error = %(error)s
WHERE job_id = %(job)s AND outcome = 'running' AND EXISTS (
    SELECT FROM procrastinate_jobs
    WHERE id = %(job)s AND status = 'doing' AND worker_id = %(worker)s AND attempts = %(attempts)s
);

-- A frozen worker still holds the locks of what it had begun, and a killed one's query goes on until it has something to
-- say. A connection that began after the attempt is somebody else's, whatever its number.

-- name: end_connections
SELECT count(pg_terminate_backend(activity.pid))
FROM core_jobrun run
JOIN pg_stat_activity activity ON activity.pid = run.backend_pid AND activity.backend_start <= run.started_at
WHERE run.id = ANY(%(runs)s) AND activity.datname = current_database() AND activity.usename = current_user;

-- name: rescue
SELECT procrastinate_retry_job_v2(%(job)s, now() + make_interval(secs => %(wait)s), NULL, NULL, NULL);

-- name: give_up
SELECT procrastinate_finish_job_v1(%(job)s, 'failed', false);

-- name: retry_failed
WITH failed AS MATERIALIZED (
    SELECT id FROM procrastinate_jobs WHERE id = %(job)s AND status IN ('failed', 'aborted') FOR UPDATE
)
UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, abort_requested = false
FROM failed WHERE procrastinate_jobs.id = failed.id
RETURNING task_name, queue_name;

-- name: drop_failed
DELETE FROM procrastinate_jobs WHERE id = %(job)s AND status IN ('failed', 'aborted')
RETURNING task_name, queue_name;

-- name: stop
WITH open AS MATERIALIZED (
    SELECT id, task_name, queue_name FROM procrastinate_jobs
    WHERE id = %(job)s AND status IN ('todo', 'doing') FOR UPDATE
)
SELECT task_name, queue_name FROM open WHERE procrastinate_cancel_job_v1(id, true, false) IS NOT NULL;

-- Whether there is a job that a worker would get. Of one lock that is the first one, and only when none is being done.

-- name: is_due
SELECT EXISTS (
    SELECT FROM procrastinate_jobs job
    WHERE job.status = 'todo' AND (job.scheduled_at IS NULL OR job.scheduled_at <= now())
        AND (%(queues)s::text[] IS NULL OR job.queue_name = ANY(%(queues)s))
        AND NOT EXISTS (
            SELECT FROM procrastinate_jobs other
            WHERE other.lock = job.lock AND (
                other.status = 'doing'
                OR other.status = 'todo' AND (-other.priority, other.id) < (-job.priority, job.id)
            )
        )
) AS is_due;

-- A worker that was frozen wakes up with all the times of the clock that it has missed. The queue remembers the last one
-- of each task only, so it would not know that another worker has had them.

-- name: is_past
SELECT EXISTS (
    SELECT FROM procrastinate_periodic_defers
    WHERE task_name = %(task)s AND periodic_id = %(periodic_id)s AND defer_timestamp > %(timestamp)s
) AS is_past;

-- name: queue_figures
WITH counts AS (
    SELECT
        queue_name AS queue,
        count(*) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) AS waiting,
        count(*) FILTER (WHERE status = 'todo' AND scheduled_at > now()) AS later,
        count(*) FILTER (WHERE status = 'doing') AS running,
        count(*) FILTER (WHERE status IN ('failed', 'aborted')) AS failed,
        min(id) FILTER (WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())) AS first_id
    FROM procrastinate_jobs
    WHERE status IN ('todo', 'doing', 'failed', 'aborted')
    GROUP BY queue_name
), done AS (
    SELECT
        queue,
        count(*) FILTER (WHERE outcome = 'succeeded') AS done,
        count(*) FILTER (WHERE outcome IN ('failed', 'timed_out', 'lost')) AS failures
    FROM core_jobrun
    WHERE started_at > now() - interval '1 hour'
    GROUP BY queue
)
SELECT
    queue,
    coalesce(waiting, 0) AS waiting,
    coalesce(later, 0) AS later,
    coalesce(running, 0) AS running,
    coalesce(failed, 0) AS failed,
    (
        SELECT greatest(max(event.at), max(job.scheduled_at))
        FROM procrastinate_events event
        JOIN procrastinate_jobs job ON job.id = event.job_id
        WHERE event.job_id = first_id AND event.type = 'deferred'
    ) AS oldest_at,
    coalesce(done, 0) AS done,
    coalesce(failures, 0) AS failures
FROM counts
FULL JOIN done USING (queue)
ORDER BY queue;

-- name: workers
SELECT
    worker.id,
    worker.last_heartbeat,
    worker.last_heartbeat < now() - make_interval(secs => %(silence)s) AS is_silent,
    (SELECT count(*) FROM procrastinate_jobs job WHERE job.worker_id = worker.id AND job.status = 'doing') AS running
FROM procrastinate_workers worker
ORDER BY worker.id;

-- name: jobs
SELECT
    job.id,
    job.task_name AS task,
    job.queue_name AS queue,
    job.status::text,
    job.priority,
    job.attempts,
    coalesce(job.args -> 'arguments', '{}') AS arguments,
    (job.args -> 'asked' ->> 'by')::bigint AS actor_id,
    coalesce(job.args -> 'asked' ->> 'request_id', '') AS request_id,
    (SELECT min(event.at) FROM procrastinate_events event WHERE event.job_id = job.id) AS enqueued_at,
    job.scheduled_at
FROM procrastinate_jobs job
WHERE (%(statuses)s::text[] IS NULL OR job.status = ANY(%(statuses)s::procrastinate_job_status[]))
    AND (%(before)s::bigint IS NULL OR job.id < %(before)s)
    AND (%(only)s::bigint IS NULL OR job.id = %(only)s)
ORDER BY job.id DESC
LIMIT %(limit)s;
