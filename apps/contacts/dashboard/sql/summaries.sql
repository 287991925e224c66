-- name: fold
WITH gone AS (
    DELETE FROM contacts_summarydelta RETURNING field, bucket, d
), sums AS (
    SELECT field, bucket, sum(d) AS d FROM gone GROUP BY field, bucket HAVING sum(d) <> 0
)
INSERT INTO contacts_summary (field, bucket, n)
SELECT field, bucket, d FROM sums
ON CONFLICT (field, bucket) DO UPDATE SET n = contacts_summary.n + excluded.n;

-- name: forget
WITH gone AS (DELETE FROM contacts_summarydelta) DELETE FROM contacts_summary;

-- name: count_anew
INSERT INTO contacts_summary (field, bucket, n) {summaries};

-- name: append
INSERT INTO contacts_summarydelta (field, bucket, d) {summaries};

-- name: kept
-- Of each field: how many contacts have none, and how many one before the first of some moments (0), between it and the
-- second (1), and so on.
SELECT field, bucket IS NULL AS is_empty, width_bucket(bucket, %(edges)s::timestamptz[]) AS place, sum(n)::bigint AS n
FROM (
    SELECT field, bucket, n FROM contacts_summary WHERE field = ANY (%(fields)s::text[])
    UNION ALL
    SELECT field, bucket, d FROM contacts_summarydelta WHERE field = ANY (%(fields)s::text[])
) held
GROUP BY 1, 2, 3;

-- name: sample
-- Some kept counts beside what there is, at one moment. Of a week or month (in UTC) the contacts are looked at; without
-- a value are all those whom the option list of that field does not count.
WITH held AS (
    SELECT field,
        date_trunc(CASE field WHEN 'created_at' THEN 'week' ELSE 'month' END, bucket AT TIME ZONE 'UTC')::date AS bucket,
        sum(n)::bigint AS n
    FROM (
        SELECT field, bucket, n FROM contacts_summary
        UNION ALL
        SELECT field, bucket, d FROM contacts_summarydelta
    ) both_of_them GROUP BY 1, 2
), listed AS (
    SELECT field, sum(n)::bigint AS n FROM (
        SELECT field, n FROM contacts_facetvalue
        UNION ALL
        SELECT field, d FROM contacts_facetdelta
    ) both_of_them WHERE field IN ('', 'email_status', 'seniority', 'country', 'industry', 'stage') GROUP BY field
)
SELECT field || ' of ' || to_char(bucket, 'YYYY-MM-DD'), n, (
    SELECT count(*) FROM contacts_contact
    WHERE created_at >= bucket::timestamp AT TIME ZONE 'UTC' AND created_at < (bucket + 7)::timestamp AT TIME ZONE 'UTC'
)
FROM (SELECT * FROM held WHERE field = 'created_at' AND n <= 10000 ORDER BY bucket DESC LIMIT 3) weeks
UNION ALL
SELECT field || ' of ' || to_char(bucket, 'YYYY-MM-DD'), n, (
    SELECT count(*) FROM contacts_contact
    WHERE updated_at >= bucket::timestamp AT TIME ZONE 'UTC'
        AND updated_at < (bucket + interval '1 month')::timestamp AT TIME ZONE 'UTC'
)
FROM (SELECT * FROM held WHERE field = 'updated_at' AND n <= 10000 ORDER BY bucket DESC LIMIT 3) months
UNION ALL
SELECT held.field || ', empty', held.n, (SELECT n FROM listed WHERE field = '') - listed.n
FROM held JOIN listed USING (field) WHERE held.bucket IS NULL;

-- name: companies
-- Names of companies that somebody holds; those with changes that wait are looked at one by one.
WITH waiting AS (
    SELECT value, sum(d) AS d FROM contacts_facetdelta WHERE field = 'company' GROUP BY value
)
SELECT (SELECT count(*) FROM contacts_facetvalue WHERE field = 'company' AND n > 0) + coalesce((
    SELECT sum((coalesce(held.n, 0) + waiting.d > 0)::int - (coalesce(held.n, 0) > 0)::int)
    FROM waiting LEFT JOIN contacts_facetvalue held ON held.field = 'company' AND held.value = waiting.value
), 0);
