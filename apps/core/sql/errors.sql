-- name: record
-- One statement, so two processes with the same error count two. An error that comes back is open again.
INSERT INTO core_errorgroup AS known (
    fingerprint, exception_type, module, function, line, "where", stack,
    count, first_seen, last_seen, last_request_id
)
VALUES (
    %(fingerprint)s, %(exception_type)s, %(module)s, %(function)s, %(line)s, %(where)s, %(stack)s,
    1, clock_timestamp(), clock_timestamp(), %(request_id)s
)
ON CONFLICT (fingerprint) DO UPDATE SET
    count = known.count + 1,
    last_seen = greatest(known.last_seen, excluded.last_seen),
    line = excluded.line,
    "where" = excluded."where",
    stack = excluded.stack,
    last_request_id = excluded.last_request_id,
    resolved_at = NULL
