-- name: create
-- Temporary: no WAL, seen by nobody else, gone at the end whatever happens.
CREATE TEMPORARY TABLE import_row (
    row_number integer NOT NULL,
    reason text NOT NULL,
    {columns},
    custom jsonb NOT NULL
) ON COMMIT DROP;

-- name: linkedin_path
ALTER TABLE import_row ADD COLUMN linkedin_path text
    GENERATED ALWAYS AS (a360_linkedin_path(person_linkedin_url)) STORED;

-- name: copy
COPY import_row (row_number, reason, {columns}, custom) FROM STDIN (NULL {null});

-- name: index
-- Plans that expect one row where there are a million then still end.
ALTER TABLE import_row ADD PRIMARY KEY (row_number);

-- name: drop
DROP TABLE IF EXISTS import_row, import_plan, import_link, import_cell;

-- name: reasons
SELECT row_number, reason FROM import_plan WHERE outcome = 'rejected' ORDER BY row_number;

-- name: outcomes
SELECT outcome, count(*) FROM import_plan GROUP BY outcome;
