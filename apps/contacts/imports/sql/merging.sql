-- name: has_groups
SELECT count(*) FILTER (WHERE n > 1), count(*)
FROM (SELECT count(*) AS n FROM import_plan WHERE outcome IS NULL GROUP BY head) groups;

-- name: mark_copies
-- Rows of a group that repeat an earlier one add nothing. Looked at before the first row takes in the others.
UPDATE import_plan p SET is_copy = true
FROM (
    SELECT s.row_number,
           row_number() OVER (PARTITION BY p.head, md5((to_jsonb(s) - 'row_number')::text) ORDER BY s.row_number) AS place
    FROM import_row s JOIN import_plan p USING (row_number)
    WHERE p.head IN (SELECT head FROM import_plan WHERE outcome IS NULL GROUP BY head HAVING count(*) > 1)
      AND p.outcome IS NULL
) ranked
WHERE p.row_number = ranked.row_number AND ranked.place > 1;

-- name: create_cells
-- The single-valued cells of all rows that share their contact with others, by header.
CREATE TEMPORARY TABLE import_cell ON COMMIT DROP AS
WITH member AS (
    SELECT p.head, s.row_number, s.custom, {titled_fields} AS fields
    FROM import_plan p JOIN import_row s USING (row_number)
    WHERE p.outcome IS NULL
      AND p.head IN (SELECT head FROM import_plan WHERE outcome IS NULL GROUP BY head HAVING count(*) > 1)
)
SELECT head, row_number, cell.key AS title, cell.value, false AS is_field FROM member, jsonb_each_text(custom) cell
UNION ALL
SELECT head, row_number, cell.key, cell.value, true FROM member, jsonb_each_text(fields) cell WHERE cell.value <> '';

-- name: contested_titles
SELECT DISTINCT title FROM (
    SELECT title FROM import_cell GROUP BY head, title HAVING count(DISTINCT value) > 1
) contested;

-- name: merge
-- The first row of each group takes in the others: a field keeps the first value given, lists join, and in `custom`
-- a header over which the rows differ becomes a list with one entry for each row, in their order.
WITH merged AS (
    SELECT p.head {merged_columns}
    FROM import_plan p JOIN import_row s USING (row_number)
    WHERE p.outcome IS NULL
    GROUP BY p.head HAVING count(*) > 1
), said AS (
    SELECT head, title, bool_or(is_field) AS is_field, count(DISTINCT value) AS n, min(value) AS value
    FROM import_cell GROUP BY head, title
), listed AS (
    SELECT said.head, said.title, jsonb_agg(coalesce(cell.value, '') ORDER BY p.row_number) AS list
    FROM said
    JOIN import_plan p ON p.head = said.head AND p.outcome IS NULL
    LEFT JOIN import_cell cell ON cell.row_number = p.row_number AND cell.title = said.title
    WHERE said.n > 1 OR said.title = ANY({listed_titles})
    GROUP BY said.head, said.title
), kept AS (
    SELECT said.head, jsonb_object_agg(said.title, coalesce(listed.list, to_jsonb(said.value))) AS custom
    FROM said LEFT JOIN listed USING (head, title)
    WHERE NOT said.is_field OR said.n > 1 OR said.title = ANY({listed_titles})
    GROUP BY said.head
)
UPDATE import_row s SET custom = CASE WHEN {keeps_custom} THEN coalesce(kept.custom, '{{}}') ELSE '{{}}' END {set_columns}
FROM merged LEFT JOIN kept USING (head)
WHERE s.row_number = merged.head;

-- name: keep_lone_cells
-- In a file that lists several things for each contact, also the contacts with one row keep theirs under its header.
UPDATE import_row s SET custom = s.custom || kept.fields
FROM (
    SELECT s.row_number, (
        SELECT coalesce(jsonb_object_agg(cell.key, cell.value), '{{}}') FROM jsonb_each_text({titled_fields}) cell WHERE cell.value <> ''
    ) AS fields
    FROM import_row s JOIN import_plan p USING (row_number)
    WHERE p.outcome IS NULL
      AND p.head IN (SELECT head FROM import_plan WHERE outcome IS NULL GROUP BY head HAVING count(*) = 1)
) kept
WHERE s.row_number = kept.row_number;
