-- name: collect_undo_contact
-- What the operation did to each contact in the end: `before` is the state it found, `after` what it left. Only contacts
-- to which it did something that shows in some columns (NULL: in any).
CREATE TEMP TABLE undo_contact ON COMMIT DROP AS
SELECT contact_id,
       (array_agg(action ORDER BY id))[1] <> 'insert' AS existed,
       (array_agg(action ORDER BY id DESC))[1] <> 'delete' AS remained,
       bool_or(action = 'delete') AS was_deleted,
       contacts_merge(before ORDER BY id DESC) AS before,
       contacts_merge(after ORDER BY id) AS after,
       (array_agg(version ORDER BY id DESC))[1] AS version,
       max(id) AS last_change,
       false AS is_touched
FROM contacts_change
WHERE operation_id = %(operation)s AND (%(contacts)s::bigint[] IS NULL OR contact_id = ANY (%(contacts)s::bigint[]))
GROUP BY contact_id
HAVING %(columns)s::text[] IS NULL OR bool_or(action <> 'update' OR before ?| %(columns)s::text[])

-- name: lock
-- In one order for everybody, so that two of these wait for each other instead of deadlocking.
SELECT count(*) FROM (
    SELECT id FROM contacts_contact WHERE id IN (SELECT contact_id FROM undo_contact) ORDER BY id FOR UPDATE
) locked

-- name: mark_touched
-- Rolling the later changes back gives what the operation left. Only a contact that is no longer that is touched: an undo
-- of an undo, or an edit and its undo, change nothing in the end.
-- OFFSET 0 keeps the planner from computing a row's JSON more than once.
UPDATE undo_contact SET is_touched = true
FROM (
    SELECT undone.contact_id, contact.now, later.before - (SELECT contacts_unlogged_columns()) AS rolled_back
    FROM undo_contact undone
    JOIN LATERAL (
        SELECT to_jsonb(contact) AS now FROM contacts_contact contact
        WHERE contact.id = undone.contact_id AND contact.version <> undone.version OFFSET 0
    ) contact ON true
    CROSS JOIN LATERAL (
        SELECT contacts_merge(later.before ORDER BY later.id DESC) AS before FROM contacts_change later
        WHERE later.contact_id = undone.contact_id AND later.id > undone.last_change
    ) later
    WHERE undone.remained AND (undone.was_deleted OR NOT undone.existed)
) changed
WHERE undo_contact.contact_id = changed.contact_id AND changed.now || changed.rolled_back <> changed.now

-- name: keep_touched
INSERT INTO contacts_keptvalue (operation_id, contact_id, field, reason)
SELECT %(undo)s, contact_id, '', %(reason)s FROM undo_contact WHERE is_touched AND %(whole)s

-- name: delete_created
DELETE FROM contacts_contact contact USING undo_contact undone
WHERE contact.id = undone.contact_id AND undone.remained AND NOT undone.existed AND NOT undone.is_touched

-- name: columns_found
-- Which columns the operation changed, on any contact.
SELECT DISTINCT name FROM undo_contact CROSS JOIN LATERAL jsonb_object_keys(before) name WHERE existed AND remained

-- name: collect_undo_cell
-- The values to put back: of contacts that were there before and after, what is not back already.
-- OFFSET 0 keeps the planner from computing the JSON of what is there now anew for each cell.
CREATE TEMP TABLE undo_cell ON COMMIT DROP AS
SELECT undone.contact_id, cell.key AS name, cell.value AS before,
       CASE cell.key WHEN 'person_linkedin_url' THEN a360_linkedin_path(cell.value #>> '{{}}')
                     WHEN 'email' THEN cell.value #>> '{{}}'
                     WHEN 'contact_id' THEN cell.value #>> '{{}}' ELSE '' END AS wanted,
       CASE WHEN NOT undone.was_deleted AND contact.now -> cell.key <> undone.after -> cell.key THEN %(changed)s END
           AS kept_for
FROM undo_contact undone
JOIN LATERAL (
    SELECT to_jsonb(chosen) AS now
    FROM (SELECT {columns} FROM contacts_contact WHERE id = undone.contact_id) chosen OFFSET 0
) contact ON true
CROSS JOIN LATERAL jsonb_each(undone.before) cell
WHERE undone.existed AND undone.remained AND NOT undone.is_touched
      AND contact.now -> cell.key <> cell.value
      AND (undone.was_deleted OR undone.after -> cell.key <> cell.value)

-- name: keep_deleted
INSERT INTO contacts_keptvalue (operation_id, contact_id, field, reason)
SELECT %(undo)s, contact_id, '', %(reason)s FROM undo_contact undone
WHERE existed AND remained AND before ?| %(columns)s::text[]
      AND NOT EXISTS (SELECT FROM contacts_contact contact WHERE contact.id = undone.contact_id)

-- name: keep_taken_cells
-- A key that another contact holds, and does not give back in this same undo.
UPDATE undo_cell cell SET kept_for = %(taken)s
FROM contacts_contact holder
WHERE cell.name = '{column}' AND cell.kept_for IS NULL AND cell.wanted <> ''
      AND holder.{key} = cell.wanted AND holder.{key} <> '' AND holder.id <> cell.contact_id
      AND NOT EXISTS (
          SELECT FROM undo_cell moving
          WHERE moving.contact_id = holder.id AND moving.name = cell.name AND moving.kept_for IS NULL
      )

-- name: keep_dangling_cells
-- A reference to what is gone meanwhile. What is there is locked, so that it stays until the end of the undo.
WITH present AS (
    SELECT id FROM {table} WHERE id IN (SELECT (before #>> '{{}}')::bigint FROM undo_cell WHERE name = '{column}')
    FOR KEY SHARE
)
UPDATE undo_cell SET kept_for = %(gone)s
WHERE name = '{column}' AND kept_for IS NULL AND before <> 'null'
      AND before #>> '{{}}' NOT IN (SELECT id::text FROM present)

-- name: vacate_keys
-- Where contacts swapped a key, the index would refuse the first to get its own back before the other let go.
UPDATE contacts_contact holder SET {column} = ''
FROM undo_cell cell
WHERE cell.name = '{column}' AND cell.kept_for IS NULL AND cell.wanted <> ''
      AND holder.{key} = cell.wanted AND holder.{key} <> '' AND holder.id <> cell.contact_id

-- name: keep_cells
INSERT INTO contacts_keptvalue (operation_id, contact_id, field, reason)
SELECT %(undo)s, contact_id, %(fields)s::jsonb ->> name, kept_for FROM undo_cell WHERE kept_for IS NOT NULL

-- name: cell_columns
SELECT DISTINCT name FROM undo_cell WHERE kept_for IS NULL ORDER BY name

-- name: restore_cells
UPDATE contacts_contact contact SET {assignments}
FROM (SELECT contact_id, jsonb_object_agg(name, before) AS cells
      FROM undo_cell WHERE kept_for IS NULL GROUP BY contact_id) back
JOIN contacts_contact now ON now.id = back.contact_id
CROSS JOIN LATERAL jsonb_populate_record(now, back.cells) restored
WHERE contact.id = back.contact_id

-- name: count_cells
SELECT count(*), count(DISTINCT contact_id) FROM undo_cell WHERE kept_for IS NULL

-- name: collect_undo_return_of_operation
CREATE TEMP TABLE undo_return ON COMMIT DROP AS
SELECT contact_id, before AS old_row, NULL::text AS kept_for, ''::text AS kept_field, false AS is_back
FROM undo_contact WHERE existed AND NOT remained AND %(whole)s

-- name: collect_undo_return_of_trash
CREATE TEMP TABLE undo_return ON COMMIT DROP AS
SELECT DISTINCT ON (contact_id)
       contact_id, before AS old_row, NULL::text AS kept_for, ''::text AS kept_field, false AS is_back
FROM contacts_change
WHERE contact_id = ANY (%(contacts)s) AND action = 'delete'
ORDER BY contact_id, id DESC

-- name: keep_back_already
UPDATE undo_return lost SET kept_for = %(reason)s
FROM contacts_contact contact WHERE contact.id = lost.contact_id

-- name: keep_taken_rows
-- A key that another contact holds, or that an earlier one of these takes.
UPDATE undo_return SET kept_for = %(taken)s, kept_field = %(field)s
FROM (
    SELECT lost.contact_id
    FROM (
        SELECT contact_id, {row_key} AS wanted, min(contact_id) OVER (PARTITION BY {row_key}) AS first_wanting
        FROM undo_return lost WHERE kept_for IS NULL AND NOT is_back
    ) lost
    LEFT JOIN contacts_contact holder ON holder.{key} = lost.wanted AND holder.{key} <> ''
    WHERE lost.wanted <> '' AND (holder.id IS NOT NULL OR lost.contact_id <> lost.first_wanting)
) blocked
WHERE undo_return.contact_id = blocked.contact_id

-- name: clear_dangling_rows
WITH present AS (
    SELECT id FROM {table} WHERE id IN (SELECT (old_row ->> '{column}')::bigint FROM undo_return) FOR KEY SHARE
), cleared AS (
    UPDATE undo_return lost SET old_row = old_row || '{{"{column}": null}}'
    WHERE kept_for IS NULL AND old_row ->> '{column}' IS NOT NULL
          AND (old_row ->> '{column}')::bigint NOT IN (SELECT id FROM present)
    RETURNING contact_id
)
INSERT INTO contacts_keptvalue (operation_id, contact_id, field, reason)
SELECT %(undo)s, contact_id, %(field)s, %(gone)s FROM cleared

-- name: reinsert
WITH reinserted AS (
    INSERT INTO contacts_contact ({columns})
    SELECT {values}
    FROM undo_return lost
    CROSS JOIN LATERAL jsonb_populate_record(NULL::contacts_contact, %(defaults)s::jsonb || lost.old_row) restored
    WHERE lost.kept_for IS NULL
    ON CONFLICT DO NOTHING
    RETURNING id
)
UPDATE undo_return SET is_back = true WHERE contact_id IN (SELECT id FROM reinserted)

-- name: keep_rows
INSERT INTO contacts_keptvalue (operation_id, contact_id, field, reason)
SELECT %(undo)s, contact_id, kept_field, coalesce(kept_for, %(reason)s) FROM undo_return WHERE NOT is_back

-- name: accounts
-- What became of some contacts in an undo: how many it changed, how many it left alone, how many are gone since. Some
-- reasons to leave one alone do not count: it is gone, or as it should be.
SELECT count(*) FILTER (WHERE is_changed), count(*) FILTER (WHERE NOT is_changed AND is_kept),
       count(*) FILTER (WHERE NOT is_changed AND NOT is_kept AND NOT is_there)
FROM (
    SELECT EXISTS (SELECT FROM contacts_change WHERE contact_id = asked.id AND operation_id = %(undo)s) AS is_changed,
           asked.id IN (
               SELECT contact_id FROM contacts_keptvalue
               WHERE operation_id = %(undo)s AND reason <> ALL (%(uncounted)s::text[])
           ) AS is_kept,
           EXISTS (SELECT FROM contacts_contact WHERE id = asked.id) AS is_there
    FROM unnest(%(contacts)s::bigint[]) AS asked(id)
) found

-- name: prepare
-- Compiling statements that run once takes longer than running them.
SET LOCAL jit = off

-- name: clean_up
DROP TABLE IF EXISTS pg_temp.undo_contact, pg_temp.undo_cell, pg_temp.undo_return

-- name: analyze_undo_contact
ANALYZE pg_temp.undo_contact

-- name: analyze_undo_cell
ANALYZE pg_temp.undo_cell

-- name: analyze_undo_return_of_operation
ANALYZE pg_temp.undo_return

-- name: analyze_undo_return_of_trash
ANALYZE pg_temp.undo_return
