-- name: first_broken_entry
SELECT expected
FROM (
    SELECT
        event.id,
        event.hash,
        event.previous_hash,
        row_number() OVER chain AS expected,
        lag(event.hash, 1, ''::bytea) OVER chain AS hash_before,
        accounts_security_event_hash(event) AS hash_now
    FROM accounts_security_event event
    WINDOW chain AS (ORDER BY event.id)
) entry
WHERE id <> expected OR previous_hash <> hash_before OR hash <> hash_now
ORDER BY expected
LIMIT 1;
