-- name: timeline
-- Of one contact the latest operations with something these columns show, each operation as one step.
WITH latest AS (
    SELECT operation_id, max(id) AS position
    FROM contacts_change
    WHERE contact_id = %(contact)s AND (action <> 'update' OR before ?| %(columns)s::text[])
    GROUP BY operation_id
    ORDER BY max(id) DESC
    LIMIT %(limit)s
)
SELECT latest.operation_id,
       bool_and(change.action = 'update') AS is_update,
       contacts_merge(change.before ORDER BY change.id DESC) AS before,
       contacts_merge(change.after ORDER BY change.id) AS after,
       max(change.version) AS version
FROM latest
JOIN contacts_change change ON change.contact_id = %(contact)s AND change.operation_id = latest.operation_id
GROUP BY latest.operation_id, latest.position
ORDER BY latest.position DESC

-- name: contact_now
SELECT version, to_jsonb(contact) AS row FROM contacts_contact contact WHERE id = %(contact)s

-- name: recent_operations
-- Without `columns`, every operation that changed anything; with them, those that changed something these columns show.
SELECT operation.id
FROM contacts_operation operation
WHERE (%(before)s::bigint IS NULL OR operation.id < %(before)s)
      AND (%(only)s::bigint IS NULL OR operation.id = %(only)s)
      AND EXISTS (
          SELECT FROM contacts_change change
          WHERE change.operation_id = operation.id
                AND (%(contact)s::bigint IS NULL OR change.contact_id = %(contact)s)
                AND (%(columns)s::text[] IS NULL OR change.action <> 'update' OR change.before ?| %(columns)s::text[])
      )
ORDER BY operation.id DESC
LIMIT %(limit)s

-- name: touched_contacts
-- The first contacts of an operation, what became of each, and its name: as it is, or was when it was deleted.
SELECT touched.contact_id,
       CASE WHEN touched.actions[cardinality(touched.actions)] = 'delete' THEN 'delete'
            WHEN touched.actions[1] = 'insert' THEN 'insert' ELSE 'update' END AS action,
       contact.id IS NOT NULL AS is_there,
       coalesce(contact.first_name, touched.before ->> 'first_name', '') AS first_name,
       coalesce(contact.last_name, touched.before ->> 'last_name', '') AS last_name,
       coalesce(contact.company, touched.before ->> 'company', '') AS company,
       coalesce(contact.email, touched.before ->> 'email', '') AS email
FROM (
    SELECT contact_id, min(id) AS position, array_agg(action ORDER BY id) AS actions,
           contacts_merge(before ORDER BY id) AS before
    FROM contacts_change
    WHERE operation_id = %(operation)s
          AND (%(columns)s::text[] IS NULL OR action <> 'update' OR before ?| %(columns)s::text[])
    GROUP BY contact_id
    ORDER BY min(id)
    LIMIT %(limit)s
) touched
LEFT JOIN contacts_contact contact ON contact.id = touched.contact_id
ORDER BY touched.position

-- name: contacts_of_operations
-- Of each operation its last contact and its name: as it is, or was when the operation or a later one deleted it.
SELECT DISTINCT ON (change.operation_id) change.operation_id, change.contact_id,
       coalesce(contact.first_name, deleted.row ->> 'first_name', '') AS first_name,
       coalesce(contact.last_name, deleted.row ->> 'last_name', '') AS last_name,
       coalesce(contact.company, deleted.row ->> 'company', '') AS company,
       coalesce(contact.email, deleted.row ->> 'email', '') AS email
FROM contacts_change change
LEFT JOIN contacts_contact contact ON contact.id = change.contact_id
LEFT JOIN LATERAL (
    SELECT later.before AS row
    FROM contacts_change later
    WHERE later.contact_id = change.contact_id AND later.action = 'delete'
    ORDER BY later.id DESC
    LIMIT 1
) deleted ON contact.id IS NULL
WHERE change.operation_id = ANY(%(operations)s)
      AND (%(columns)s::text[] IS NULL OR change.action <> 'update' OR change.before ?| %(columns)s::text[])
ORDER BY change.operation_id, change.id DESC

-- name: trashed
-- The latest deletion of each contact that is not back.
SELECT change.id AS change_id, change.contact_id, change.operation_id,
       change.before ->> 'first_name' AS first_name, change.before ->> 'last_name' AS last_name,
       change.before ->> 'company' AS company, change.before ->> 'email' AS email
FROM contacts_change change
WHERE change.action = 'delete'
      AND (%(before)s::bigint IS NULL OR change.id < %(before)s)
      AND NOT EXISTS (SELECT FROM contacts_contact contact WHERE contact.id = change.contact_id)
      AND NOT EXISTS (
          SELECT FROM contacts_change later
          WHERE later.contact_id = change.contact_id AND later.id > change.id AND later.action = 'delete'
      )
ORDER BY change.id DESC
LIMIT %(limit)s
