-- name: timeline
-- Of one contact the operations that changed something in these columns, in the end, each as one step, newest first.
WITH step AS (
    SELECT operation_id, max(id) AS position, bool_and(action = 'update') AS is_update,
           contacts_merge(before ORDER BY id DESC) AS before, contacts_merge(after ORDER BY id) AS after,
           max(version) AS version
    FROM contacts_change
    WHERE contact_id = %(contact)s
    GROUP BY operation_id
)
SELECT step.*
FROM step
JOIN contacts_operation operation ON operation.id = step.operation_id
WHERE (NOT step.is_update OR EXISTS (
           SELECT FROM unnest(%(columns)s::text[]) name
           WHERE step.before ? name AND step.before -> name IS DISTINCT FROM step.after -> name))
      AND (%(kinds)s::text[] IS NULL OR operation.kind = ANY(%(kinds)s))
      AND (%(before_at)s::timestamptz IS NULL
           OR (operation.created_at, step.position) < (%(before_at)s, %(before_position)s::bigint))
ORDER BY operation.created_at DESC, step.position DESC
LIMIT %(limit)s

-- name: timeline_counts
-- How many of these steps each kind of operation has.
WITH step AS (
    SELECT operation_id, bool_and(action = 'update') AS is_update,
           contacts_merge(before ORDER BY id DESC) AS before, contacts_merge(after ORDER BY id) AS after
    FROM contacts_change
    WHERE contact_id = %(contact)s
    GROUP BY operation_id
)
SELECT operation.kind, count(*) AS number
FROM step
JOIN contacts_operation operation ON operation.id = step.operation_id
WHERE NOT step.is_update OR EXISTS (
    SELECT FROM unnest(%(columns)s::text[]) name
    WHERE step.before ? name AND step.before -> name IS DISTINCT FROM step.after -> name)
GROUP BY operation.kind

-- name: changes_behind
-- The last thing done to a contact until a moment (is_last), and all that was done since, newest first.
-- By the order of changes, in which each fits the one before: an operation may take long, and others go on meanwhile.
WITH last AS (
    SELECT max(change.id) AS id
    FROM contacts_change change
    JOIN contacts_operation operation ON operation.id = change.operation_id
    WHERE change.contact_id = %(contact)s AND operation.created_at <= %(moment)s
)
SELECT change.action, change.before, operation.created_at AS at, change.id = last.id AS is_last
FROM contacts_change change
JOIN contacts_operation operation ON operation.id = change.operation_id
CROSS JOIN last
WHERE change.contact_id = %(contact)s AND change.id >= coalesce(last.id, 0)
ORDER BY change.id DESC

-- name: contact_now
SELECT version, to_jsonb(contact) AS row FROM contacts_contact contact WHERE id = %(contact)s

-- name: recent_operations
-- Without `columns`, every operation that changed anything; with them, those that changed something these columns show.
SELECT operation.id
FROM contacts_operation operation
WHERE (%(before)s::bigint IS NULL OR operation.id < %(before)s)
      AND (%(only)s::bigint IS NULL OR operation.id = %(only)s)
      AND (%(actor)s::bigint IS NULL OR operation.actor_id = %(actor)s)
      AND operation.kind <> ALL (%(without)s::text[])
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
-- By number: where they lie on the disk tells of changes in columns that the reader may not see.
SELECT touched.contact_id,
       CASE WHEN touched.actions[cardinality(touched.actions)] = 'delete' THEN 'delete'
            WHEN touched.actions[1] = 'insert' THEN 'insert' ELSE 'update' END AS action,
       contact.id IS NOT NULL AS is_there,
       coalesce(contact.first_name, touched.before ->> 'first_name', '') AS first_name,
       coalesce(contact.last_name, touched.before ->> 'last_name', '') AS last_name,
       coalesce(contact.company, touched.before ->> 'company', '') AS company,
       coalesce(contact.email, touched.before ->> 'email', '') AS email
FROM (
    SELECT contact_id, array_agg(action ORDER BY id) AS actions,
           contacts_merge(before ORDER BY id) AS before
    FROM contacts_change
    WHERE operation_id = %(operation)s
          AND (%(columns)s::text[] IS NULL OR action <> 'update' OR before ?| %(columns)s::text[])
    GROUP BY contact_id
    ORDER BY contact_id
    LIMIT %(limit)s
) touched
LEFT JOIN contacts_contact contact ON contact.id = touched.contact_id
ORDER BY touched.contact_id

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
