-- name: create_industries
INSERT INTO contacts_industry (name, description, is_active, created_at)
SELECT DISTINCT ON (lower(s.industry)) s.industry, '', true, now()
FROM import_plan p JOIN import_row s USING (row_number)
WHERE p.outcome IS NULL AND p.head = p.row_number AND s.industry <> ''
ORDER BY lower(s.industry), s.row_number
ON CONFLICT DO NOTHING;

-- name: join_industry
LEFT JOIN contacts_industry industry ON s.industry <> '' AND lower(industry.name) = lower(s.industry);

-- name: give_ids
UPDATE import_plan p SET target = nextval(pg_get_serial_sequence('contacts_contact', 'id')), is_new = true
WHERE p.outcome IS NULL AND p.head = p.row_number AND p.target IS NULL AND {which};

-- name: insert
WITH created AS (
    INSERT INTO contacts_contact (id, {columns}, custom, import_id)
    SELECT p.target, {values}, s.custom, {operation}
    FROM import_plan p JOIN import_row s USING (row_number)
    {industry}
    WHERE p.outcome IS NULL AND p.is_new AND p.row_number BETWEEN {low} AND {high}
    ORDER BY p.row_number
    ON CONFLICT DO NOTHING
    RETURNING id
)
UPDATE import_plan p SET outcome = 'created'
FROM created
WHERE p.target = created.id AND p.is_new AND p.row_number BETWEEN {low} AND {high};

-- name: update
-- Only contacts that change are locked, in the order of their ids, so that two writers of many rows meet without a
-- deadlock. The joins go by row number, which is indexed: the planner knows little of how many rows will differ.
WITH changing AS MATERIALIZED (
    SELECT p.row_number, c.id
    FROM import_plan p JOIN import_row s USING (row_number) JOIN contacts_contact c ON c.id = p.target
    {industry}
    WHERE p.outcome IS NULL AND p.head = p.row_number AND NOT p.is_new AND p.row_number BETWEEN {low} AND {high}
      AND {differs}
    ORDER BY c.id
    FOR NO KEY UPDATE OF c
), updated AS (
    UPDATE contacts_contact c SET {assignments}
    FROM changing JOIN import_row s USING (row_number)
    {industry}
    WHERE c.id = changing.id AND {differs}
    RETURNING changing.row_number
)
UPDATE import_plan p SET outcome = 'updated' FROM updated WHERE p.row_number = updated.row_number;

-- name: rest_is_unchanged
UPDATE import_plan p SET outcome = 'unchanged'
WHERE p.outcome IS NULL AND p.head = p.row_number AND NOT p.is_new AND p.target IS NOT NULL;

-- name: settle_members
-- What the other rows about a contact did to it.
UPDATE import_plan p SET outcome = CASE
    WHEN h.outcome = 'skipped' THEN 'skipped'
    WHEN h.outcome IN ('created', 'updated') AND NOT p.is_copy THEN 'updated'
    ELSE 'unchanged' END
FROM import_plan h
WHERE h.row_number = p.head AND p.outcome IS NULL;

-- name: written
SELECT count(*) FILTER (WHERE outcome = 'created' AND head = row_number), count(*) FILTER (WHERE outcome = 'updated' AND head = row_number)
FROM import_plan;
