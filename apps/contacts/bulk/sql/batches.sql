-- name: freeze
-- The contacts as they are found now, in the order of their ids; what happens to them later changes nobody's place.
INSERT INTO contacts_bulkbatch (act_id, number, contacts, size)
SELECT %s, place / %s, array_agg(id ORDER BY id), count(*)
FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM ({chosen}) chosen) numbered
GROUP BY place / %s
