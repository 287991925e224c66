-- name: own_records
-- The contacts that somebody made, edited or wrote a note on last: id, what, when. Of their latest acts only, so that it
-- costs the same however much they have done.
WITH acts AS (
    SELECT id, kind, created_at FROM contacts_operation
    WHERE actor_id = %(actor)s AND kind IN ('create', 'edit') ORDER BY id DESC LIMIT 100
), touched AS (
    SELECT change.contact_id, acts.kind AS did, acts.created_at
    FROM acts CROSS JOIN LATERAL (
        SELECT contact_id FROM contacts_change
        WHERE operation_id = acts.id
              AND (%(columns)s::text[] IS NULL OR action <> 'update' OR before ?| %(columns)s::text[])
        ORDER BY id LIMIT 1
    ) change
    UNION ALL
    (SELECT contact_id, 'note', created_at FROM contacts_note
     WHERE author_id = %(actor)s ORDER BY created_at DESC LIMIT 100)
), latest AS (
    SELECT DISTINCT ON (contact_id) contact_id, did, created_at FROM touched ORDER BY contact_id, created_at DESC
)
SELECT latest.* FROM latest JOIN contacts_contact contact ON contact.id = latest.contact_id
ORDER BY created_at DESC, contact_id LIMIT %(limit)s
