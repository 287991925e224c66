-- name: freeze
-- The contacts as they are found now, in the order of their ids; what happens to them later changes nobody's place.
INSERT INTO contacts_bulkbatch (act_id, number, contacts, size)
SELECT %s, place / %s, array_agg(id ORDER BY id), count(*)
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM ({chosen}) chosen) numbered
GROUP BY place / %s

-- name: freeze_undone
-- Whom an operation did something to that shows in some columns (NULL: in any). First those of whom one may want back a
-- key (e-mail, LinkedIn address, contact id) that another of them holds now; then the others, in the order of their ids.
WITH touched AS (
    SELECT DISTINCT contact_id AS id FROM contacts_change
    WHERE operation_id = %(operation)s
          AND (%(columns)s::text[] IS NULL OR action <> 'update' OR before ?| %(columns)s::text[])
), wanted AS (
    SELECT contact_id AS id, before ->> 'email' AS email, before ->> 'contact_id' AS contact_id,
           a360_linkedin_path(before ->> 'person_linkedin_url') AS linkedin_path
    FROM contacts_change
    WHERE operation_id = %(operation)s AND before ?| ARRAY['email', 'contact_id', 'person_linkedin_url']
), met AS (
    SELECT wanted.id, holder.id AS holder FROM wanted
    JOIN contacts_contact holder ON holder.email = wanted.email AND holder.email <> ''
    UNION ALL
    SELECT wanted.id, holder.id FROM wanted
    JOIN contacts_contact holder ON holder.contact_id = wanted.contact_id AND holder.contact_id <> ''
    UNION ALL
    SELECT wanted.id, holder.id FROM wanted
    JOIN contacts_contact holder ON holder.linkedin_path = wanted.linkedin_path AND holder.linkedin_path <> ''
), bound AS (
    SELECT unnest(ARRAY[id, holder]) AS id FROM met WHERE id <> holder AND holder IN (SELECT id FROM touched)
), numbered AS (
    SELECT id, is_bound, row_number() OVER (PARTITION BY is_bound ORDER BY id) - 1 AS place
    FROM (SELECT id, id IN (SELECT id FROM bound) AS is_bound FROM touched) marked
)
INSERT INTO contacts_bulkbatch (act_id, number, contacts, size)
SELECT %(act)s, CASE WHEN is_bound THEN 0 ELSE 1 + place / %(batch)s END, array_agg(id ORDER BY id), count(*)
FROM numbered GROUP BY 2
