-- name: lock_folding
SELECT pg_advisory_xact_lock(hashtext('contacts_facetdelta'));

-- name: try_lock_folding
SELECT pg_try_advisory_xact_lock(hashtext('contacts_facetdelta'));

-- name: fold_deltas
WITH gone AS (
    DELETE FROM contacts_facetdelta RETURNING field, value, d
), sums AS (
    SELECT field, value, sum(d) AS d FROM gone GROUP BY field, value HAVING sum(d) <> 0
)
INSERT INTO contacts_facetvalue (field, value, n)
SELECT field, value, d FROM sums
ON CONFLICT (field, value) DO UPDATE SET n = contacts_facetvalue.n + excluded.n;

-- name: drop_unused_values
DELETE FROM contacts_facetvalue WHERE n = 0 AND field <> '';

-- name: top_values
-- Of each field the values most contacts hold: field, value, n.
SELECT wanted.field, top.value, top.n + coalesce(
    (SELECT sum(d) FROM contacts_facetdelta delta WHERE delta.field = wanted.field AND delta.value = top.value), 0)::bigint
FROM unnest(%(fields)s::text[]) AS wanted(field)
CROSS JOIN LATERAL (
    SELECT value, n FROM contacts_facetvalue WHERE field = wanted.field ORDER BY n DESC, value LIMIT %(limit)s
) top
ORDER BY wanted.field, top.n DESC, top.value;

-- name: matching_values
-- The values of a field that hold a text, those that begin with it first: value, n.
SELECT value, n + coalesce(
    (SELECT sum(d) FROM contacts_facetdelta delta WHERE delta.field = %(field)s AND delta.value = found.value), 0)::bigint
FROM contacts_facetvalue found
WHERE field = %(field)s AND n > 0
    AND (a360_fold(value) LIKE a360_fold(%(pattern)s) OR a360_fold(value) LIKE a360_fold(%(other_pattern)s))
ORDER BY a360_fold(value) LIKE a360_fold(%(prefix)s) DESC, n DESC, value
LIMIT %(limit)s;

-- name: spellings
-- Every way in which values are written, whatever their case and accents: field, value as asked, value as held, n.
SELECT wanted.field, wanted.value, held.value, sum(held.n)::bigint
FROM unnest(%(fields)s::text[], %(values)s::text[]) AS wanted(field, value)
JOIN LATERAL (
    SELECT value, n FROM contacts_facetvalue
    WHERE field = wanted.field AND a360_fold(value) = a360_fold(wanted.value)
    UNION ALL
    SELECT value, d FROM contacts_facetdelta
    WHERE field = wanted.field AND a360_fold(value) = a360_fold(wanted.value)
) held ON true
GROUP BY wanted.field, wanted.value, held.value;

-- name: containing_values
-- The values of a field that hold a text, any of them up to a limit: value, n.
SELECT value, sum(n)::bigint FROM (
    (SELECT value, n FROM contacts_facetvalue WHERE field = %(field)s
        AND (a360_fold(value) LIKE a360_fold(%(pattern)s) OR a360_fold(value) LIKE a360_fold(%(other_pattern)s))
    LIMIT %(limit)s)
    UNION ALL
    SELECT value, d FROM contacts_facetdelta WHERE field = %(field)s
        AND (a360_fold(value) LIKE a360_fold(%(pattern)s) OR a360_fold(value) LIKE a360_fold(%(other_pattern)s))
) held
GROUP BY value HAVING sum(n) > 0 LIMIT %(limit)s;

-- name: value_counts
-- How many contacts hold each of some values of a field: value, n.
SELECT wanted.value, (
    coalesce((SELECT sum(n) FROM contacts_facetvalue held WHERE held.field = %(field)s AND held.value = wanted.value), 0)
  + coalesce((SELECT sum(d) FROM contacts_facetdelta held WHERE held.field = %(field)s AND held.value = wanted.value), 0)
)::bigint
FROM unnest(%(values)s::text[]) AS wanted(value);

-- name: total
SELECT coalesce((SELECT sum(n) FROM contacts_facetvalue WHERE field = ''), 0)
     + coalesce((SELECT sum(d) FROM contacts_facetdelta WHERE field = ''), 0);

-- name: count_anew
INSERT INTO contacts_facetvalue (field, value, n)
SELECT pair.field, pair.value, count(*)
FROM contacts_contact contact CROSS JOIN LATERAL {pairs}
WHERE pair.value <> '' OR pair.field = ''
GROUP BY pair.field, pair.value;

-- name: statistics
-- Of each field: how many values, how many contacts hold one of them, how many changes of counts wait.
SELECT field, sum(is_value)::bigint, sum(n)::bigint, sum(is_delta)::bigint FROM (
    SELECT field, 1 AS is_value, n, 0 AS is_delta FROM contacts_facetvalue
    UNION ALL
    SELECT field, 0, d, 1 FROM contacts_facetdelta
) held
GROUP BY field ORDER BY field;

-- name: sizes
-- Bytes of a table with its indexes.
SELECT name, pg_total_relation_size(name::regclass) FROM unnest(%(tables)s::text[]) AS wanted(name);

-- name: pending
-- Changes of counts, and contacts with bits out of date, that wait to be folded.
SELECT (SELECT count(*) FROM contacts_facetdelta), (SELECT count(*) FROM contacts_facetstale);

-- name: clean_up
SELECT cleanup_select2_cache();

-- name: sample
-- Some values of some text fields, with the count that is kept and what a look at the contacts says, at one moment.
SELECT held.field, held.value, held.n + coalesce(
    (SELECT sum(d) FROM contacts_facetdelta delta WHERE delta.field = held.field AND delta.value = held.value), 0)::bigint,
    CASE held.field
        WHEN 'title' THEN (SELECT count(*) FROM contacts_contact WHERE title = held.value)
        WHEN 'company' THEN (SELECT count(*) FROM contacts_contact WHERE company = held.value)
    END
FROM unnest(ARRAY['title', 'company']) AS wanted(field)
CROSS JOIN LATERAL (
    SELECT field, value, n FROM contacts_facetvalue
    WHERE field = wanted.field AND n BETWEEN 1 AND 1000 ORDER BY n DESC, value LIMIT 3
) held;
