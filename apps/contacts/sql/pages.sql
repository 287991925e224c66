-- name: collect
-- Few matches: gather them all, count them, sort them. The matches yield id and the sort keys k0, k1 …
WITH matches AS MATERIALIZED ({matches} LIMIT {cap})
SELECT counted.n, page.*
FROM (SELECT count(*) AS n FROM matches) counted
LEFT JOIN LATERAL (SELECT * FROM matches WHERE {after} ORDER BY {order} LIMIT {limit}) page ON true;

-- name: walk
-- Many matches: walk the sort's index and stop when the page is full.
SELECT * FROM ({matches}) matches WHERE {after} ORDER BY {order} LIMIT {limit};
