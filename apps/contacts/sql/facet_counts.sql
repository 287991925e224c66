-- name: looked_at
-- What the contacts looked at hold, the most frequent values of each field: field, value, value folded, n.
WITH counted AS (
    SELECT pair.field, pair.value, count(*) AS n
    FROM ({contacts}) contact CROSS JOIN LATERAL {pairs}
    WHERE pair.value IS NOT NULL
    GROUP BY 1, 2
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY field ORDER BY n DESC, value) AS place FROM counted
)
SELECT field, value, a360_fold(value), n FROM ranked
WHERE place <= %s OR (field, value) IN (SELECT * FROM unnest(%s::text[], %s::text[]));

-- name: folded
SELECT value, a360_fold(value) FROM unnest(%s::text[]) AS wanted(value);

-- name: usual_settings
SELECT current_setting('statement_timeout'), current_setting('enable_sort');

-- name: settings
-- Hashes instead of sorts: the planner expects a handful of values, and there are thousands.
SELECT set_config('statement_timeout', %s, true), set_config('enable_sort', %s, true);

-- name: held_among
-- Those of some values that anybody holds.
SELECT asked.value FROM unnest(%s::text[]) WITH ORDINALITY AS asked(value, place)
WHERE EXISTS ({holders}) ORDER BY asked.place;
