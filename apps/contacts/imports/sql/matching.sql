-- name: plan
-- One line for each row of the file: which contact its keys find (target), the first row about the same contact (head),
-- what becomes of it (outcome, NULL while open) and why.
CREATE TEMPORARY TABLE import_plan ON COMMIT DROP AS
SELECT s.row_number, s.row_number AS head, found.lowest AS target, false AS is_new, false AS is_copy,
       {has_key} AS has_key,
       CASE WHEN s.reason <> '' OR found.lowest <> found.highest THEN 'rejected' END AS outcome,
       CASE WHEN s.reason <> '' THEN s.reason
            WHEN found.lowest <> found.highest
            THEN format('Its keys belong to two contacts: %s and %s.', found.lowest, found.highest)
            ELSE '' END AS reason
FROM import_row s
{joins}
CROSS JOIN LATERAL (SELECT least({ids}) AS lowest, greatest({ids}) AS highest) found;

-- name: index
ALTER TABLE import_plan ADD PRIMARY KEY (row_number);

-- name: join_on_key
LEFT JOIN contacts_contact {alias} ON {alias}.{key} = s.{key} AND {alias}.{key} <> '';

-- name: create_links
CREATE TEMPORARY TABLE import_link (row_number integer, first_row integer) ON COMMIT DROP;

-- name: link
-- Every row that shares a key, or its contact, with others of the file, and the first of them; rows without a key are
-- linked to exact copies of them.
WITH live AS MATERIALIZED (
    SELECT s.row_number, p.target, {keys},
           CASE WHEN p.target IS NULL AND NOT p.has_key THEN md5((to_jsonb(s) - 'row_number')::text) END AS copy
    FROM import_row s JOIN import_plan p USING (row_number)
    WHERE p.outcome IS NULL
)
INSERT INTO import_link {links};

-- name: link_by
SELECT live.row_number, same.row_number
FROM live JOIN (
    SELECT {key} AS value, min(row_number) AS row_number FROM live WHERE {key} {given} GROUP BY {key} HAVING count(*) > 1
) same ON live.{key} = same.value;

-- name: head_of_links
UPDATE import_plan p SET head = link.first_row
FROM (SELECT row_number, min(first_row) AS first_row FROM import_link GROUP BY row_number) link
WHERE p.row_number = link.row_number AND p.head <> link.first_row;

-- name: follow_heads
UPDATE import_plan p SET head = earlier.head
FROM import_plan earlier
WHERE earlier.row_number = p.head AND earlier.head <> p.head;

-- name: reject_links_between_groups
UPDATE import_plan p SET outcome = 'rejected',
       reason = format('Its keys belong to two contacts of this file: those of rows %s and %s.',
                       least(p.head, other.head), greatest(p.head, other.head))
FROM import_link link JOIN import_plan other ON other.row_number = link.first_row
WHERE p.row_number = link.row_number AND p.outcome IS NULL AND other.head <> p.head;

-- name: reject_two_targets
UPDATE import_plan p SET outcome = 'rejected',
       reason = format('It belongs to contact %s, and row %s, about the same contact, to contact %s.',
                       p.target, first.row_number, first.target)
FROM (
    SELECT DISTINCT ON (head) head, row_number, target
    FROM import_plan WHERE outcome IS NULL AND target IS NOT NULL ORDER BY head, row_number
) first
WHERE p.head = first.head AND p.outcome IS NULL AND p.target <> first.target;

-- name: reject_contradictions
-- Whole groups, when rejecting single rows has not come to an end.
UPDATE import_plan p SET outcome = 'rejected',
       reason = format('Rows of this file contradict each other about one contact; the first is row %s.', p.head)
WHERE p.outcome IS NULL AND p.head IN (
    SELECT unnest(ARRAY[own.head, other.head])
    FROM import_link link
    JOIN import_plan own ON own.row_number = link.row_number
    JOIN import_plan other ON other.row_number = link.first_row
    WHERE own.head <> other.head
    UNION ALL
    SELECT head FROM import_plan WHERE outcome IS NULL GROUP BY head HAVING min(target) <> max(target)
);

-- name: ungroup
UPDATE import_plan SET head = row_number WHERE outcome IS NULL AND head <> row_number;

-- name: forget_links
TRUNCATE import_link;

-- name: share_targets
UPDATE import_plan p SET target = found.target, has_key = found.has_key
FROM (
    SELECT head, min(target) AS target, bool_or(has_key) AS has_key
    FROM import_plan WHERE outcome IS NULL GROUP BY head HAVING count(*) > 1
) found
WHERE p.head = found.head AND p.outcome IS NULL;

-- name: reject_crowds
UPDATE import_plan p SET outcome = 'rejected',
       reason = format('Row %s is about the same contact, and {limit_text} rows about it were taken already.', p.head)
FROM (
    SELECT row_number, row_number() OVER (PARTITION BY head ORDER BY row_number) AS place
    FROM import_plan WHERE outcome IS NULL
) ranked
WHERE p.row_number = ranked.row_number AND ranked.place > {limit};

-- name: same_content
-- Rows without a key that say nothing beyond what one contact already holds.
UPDATE import_plan p SET target = same.id, outcome = {outcome}
FROM (
    SELECT s.row_number, min(c.id) AS id
    FROM import_plan p JOIN import_row s USING (row_number)
    {industry}
    JOIN contacts_contact c ON {equal_names}
    WHERE p.outcome IS NULL AND p.head = p.row_number AND p.target IS NULL AND NOT p.has_key AND {contained}
    GROUP BY s.row_number
) same
WHERE p.row_number = same.row_number;

-- name: reject_taken
-- A key that is not matched by, and belongs to another contact.
UPDATE import_plan p SET outcome = 'rejected', reason = format('%s “%s” belongs to contact %s already.', {label}, left(s.{key}, 60), c.id)
FROM import_plan h JOIN import_row s ON s.row_number = h.row_number
JOIN contacts_contact c ON c.{key} = s.{key} AND c.{key} <> ''
WHERE p.head = h.head AND p.outcome IS NULL AND h.row_number = h.head AND h.outcome IS NULL AND c.id IS DISTINCT FROM h.target
  AND {which};

-- name: reject_taken_in_file
UPDATE import_plan p SET outcome = 'rejected', reason = format('%s “%s” is that of row %s already.', {label}, left(later.value, 60), later.first_row)
FROM (
    SELECT h.head, s.{key} AS value, min(h.row_number) OVER (PARTITION BY s.{key}) AS first_row
    FROM import_plan h JOIN import_row s ON s.row_number = h.row_number
    WHERE h.row_number = h.head AND h.outcome IS NULL AND s.{key} <> '' AND {which}
) later
WHERE p.head = later.head AND p.outcome IS NULL AND later.head <> later.first_row;

-- name: reject_nameless
-- Found by no key, and nothing that this person may write says who it is.
UPDATE import_plan p SET outcome = 'rejected', reason = 'No contact has these keys, and nothing else says who this is.'
FROM import_plan h JOIN import_row s ON s.row_number = h.row_number
WHERE p.head = h.head AND p.outcome IS NULL AND h.row_number = h.head AND h.target IS NULL AND {which} AND NOT {named};

-- name: skip
UPDATE import_plan p SET outcome = 'skipped' FROM import_plan h
WHERE h.row_number = p.head AND p.outcome IS NULL AND {which};
