-- name: collect
-- Few matches: gather them all, count them, sort them. The matches yield id and the sort keys k0, k1 …
WITH matches AS MATERIALIZED ({matches} {limit_matches})
SELECT counted.n, page.*
FROM (SELECT count(*) AS n FROM matches) counted
LEFT JOIN LATERAL (SELECT * FROM matches WHERE {after} ORDER BY {order} LIMIT {limit}) page ON true;

-- name: walk
-- Many matches: walk the sort's index and stop when the page is full.
SELECT * FROM ({matches}) matches WHERE {after} ORDER BY {order} LIMIT {limit};

-- name: walk_so_far
-- The same, but look at no more than so many entries of the index. The entries also yield is_match.
SELECT {columns} FROM (SELECT * FROM ({entries}) entries WHERE {after} ORDER BY {order} LIMIT {entries_limit}) walked
WHERE is_match ORDER BY {order} LIMIT {limit};

-- name: goes_on
SELECT EXISTS (SELECT FROM ({entries}) entries WHERE {after} ORDER BY {order} OFFSET {entries_limit} LIMIT 1);
