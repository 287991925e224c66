-- name: counts
-- What operations did to contacts, seen from their end: one created and then changed counts as created.
SELECT operation_id,
       count(*) FILTER (WHERE came AND NOT went) AS created,
       count(*) FILTER (WHERE NOT came AND NOT went) AS updated,
       count(*) FILTER (WHERE went AND NOT came) AS deleted
FROM (
    SELECT operation_id,
           (array_agg(action ORDER BY id))[1] = 'insert' AS came,
           (array_agg(action ORDER BY id DESC))[1] = 'delete' AS went
    FROM contacts_change
    WHERE operation_id = ANY (%(operations)s)
          AND (%(columns)s::text[] IS NULL OR action <> 'update' OR before ?| %(columns)s::text[])
    GROUP BY operation_id, contact_id
) contact
GROUP BY operation_id;
