-- name: connections
-- Of this database, by what they do; only programs that were let in, none of the server's own.
SELECT
    CASE
        WHEN state IN ('active', 'idle') THEN state
        WHEN state LIKE 'idle in transaction%%' THEN 'idle in transaction'
        ELSE 'other'
    END AS doing,
    count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
GROUP BY doing

-- name: deadlocks
SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()
