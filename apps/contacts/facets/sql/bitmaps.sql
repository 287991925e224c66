-- name: hold_contacts
-- Before anything else: whoever empties or loads the table has locked it, and then wants our lock or rows, too.
LOCK TABLE contacts_contact IN ACCESS SHARE MODE;

-- name: lock
SELECT pg_advisory_xact_lock(hashtext('contacts_facetbits'));

-- name: try_lock
SELECT pg_try_advisory_xact_lock(hashtext('contacts_facetbits'));

-- name: has_stale
SELECT count(*) >= %(enough)s FROM (SELECT FROM contacts_facetstale LIMIT %(enough)s) some_of_them;

-- name: take_stale
WITH gone AS (DELETE FROM contacts_facetstale RETURNING contact_id)
SELECT coalesce(array_agg(DISTINCT contact_id), '{}') FROM gone;

-- name: renew
-- The bits of some contacts, of every bitmap, as the contacts are now. Rows that come out as they were are left alone.
WITH mask AS (
    SELECT (id / {chunk})::int AS chunk, bit_or({bit}) AS bits
    FROM unnest(%(ids)s::bigint[]) AS stale(id) GROUP BY 1
), held AS (
    SELECT bitmap.id AS bitmap_id, (contact.id / {chunk})::int AS chunk, bit_or({contact_bit}) AS bits
    FROM contacts_contact contact
    CROSS JOIN LATERAL {pairs}
    JOIN contacts_facetbitmap bitmap ON bitmap.field = pair.field AND bitmap.value = pair.value
    WHERE contact.id = ANY (%(ids)s::bigint[])
    GROUP BY 1, 2
), renewed AS (
    SELECT bitmap.id AS bitmap_id, mask.chunk, before.bits AS before,
        (coalesce(before.bits, {zeros}) & ~mask.bits) | coalesce(held.bits, {zeros}) AS bits
    FROM mask CROSS JOIN contacts_facetbitmap bitmap
    LEFT JOIN contacts_facetbits before ON before.bitmap_id = bitmap.id AND before.chunk = mask.chunk
    LEFT JOIN held ON held.bitmap_id = bitmap.id AND held.chunk = mask.chunk
)
INSERT INTO contacts_facetbits (bitmap_id, chunk, bits)
SELECT bitmap_id, chunk, bits FROM renewed WHERE bits IS DISTINCT FROM coalesce(before, {zeros}) ORDER BY bitmap_id, chunk
ON CONFLICT (bitmap_id, chunk) DO UPDATE SET bits = excluded.bits;

-- name: drop_uncommon
-- Below half of what makes a value common, so that none comes and goes all day.
WITH gone AS (
    DELETE FROM contacts_facetbitmap bitmap
    WHERE (field, value) NOT IN (SELECT * FROM unnest(%(fields)s::text[], %(values)s::text[])) AND coalesce(
        (SELECT n FROM contacts_facetvalue held WHERE held.field = bitmap.field AND held.value = bitmap.value), 0
    ) < %(common)s / 2
    RETURNING id
)
DELETE FROM contacts_facetbits USING gone WHERE bitmap_id = gone.id;

-- name: drop_all
WITH gone AS (DELETE FROM contacts_facetbitmap) DELETE FROM contacts_facetbits;

-- name: add_common
WITH wanted AS (
    SELECT field, value FROM contacts_facetvalue WHERE n >= %(common)s
    UNION
    SELECT field, value FROM unnest(%(fields)s::text[], %(values)s::text[]) AS always(field, value)
)
INSERT INTO contacts_facetbitmap (field, value)
SELECT field, value FROM wanted ORDER BY field, value
ON CONFLICT DO NOTHING
RETURNING id, field;

-- name: last_id
SELECT coalesce(max(id), 0) FROM contacts_contact;

-- name: build
-- The bits of new bitmaps for the contacts of some chunks.
INSERT INTO contacts_facetbits (bitmap_id, chunk, bits)
SELECT bitmap.id, (contact.id / {chunk})::int, bit_or({contact_bit})
FROM contacts_contact contact
CROSS JOIN LATERAL {pairs}
JOIN contacts_facetbitmap bitmap ON bitmap.field = pair.field AND bitmap.value = pair.value
WHERE contact.id >= %(low)s AND contact.id < %(high)s AND bitmap.id = ANY (%(bitmaps)s)
GROUP BY 1, 2 ORDER BY 1, 2;

-- name: bitmaps
-- Which of some values have a bitmap: field, value, id; and none at all while very many contacts wait for their bits.
SELECT bitmap.field, bitmap.value, bitmap.id
FROM contacts_facetbitmap bitmap
JOIN unnest(%(fields)s::text[], %(values)s::text[]) AS wanted(field, value) USING (field, value)
WHERE (SELECT count(*) FROM (SELECT FROM contacts_facetstale LIMIT %(most_stale)s) some_of_them) < %(most_stale)s;

-- name: still_there
SELECT count(*) FROM contacts_facetbitmap WHERE id = ANY (%(bitmaps)s);

-- name: sets
-- One row of bits a chunk for a combination of sets, each any of some bitmaps: chunk, bits. Empty chunks may be left out.
SELECT chunk, {combined} AS bits
FROM (SELECT chunk, {columns} FROM contacts_facetbits WHERE bitmap_id = ANY (%s) GROUP BY chunk) of_each;

-- name: count
-- How many contacts: those whose bits are right by their bits, the others by themselves.
WITH mask AS (
    SELECT (contact_id / {chunk})::int AS chunk, bit_or({bit}) AS bits
    FROM contacts_facetstale GROUP BY 1
)
SELECT coalesce(sum(bit_count(sets.bits & ~coalesce(mask.bits, {zeros}))), 0)::bigint + (SELECT count(*) FROM ({stale}) stale)
FROM ({sets}) sets LEFT JOIN mask USING (chunk);

-- name: counts_among
-- For each wanted value, by its place, how many contacts of a combination hold any of its pairs. What has no bitmap is
-- rare: the bits of its holders are made here. Contacts whose bits may be wrong are looked at themselves.
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(%s::int[], %s::text[], %s::text[], %s::bigint[]) AS wanted(place, field, value, bitmap_id)
), mask AS (
    SELECT (contact_id / {chunk})::int AS chunk, bit_or({bit}) AS bits
    FROM contacts_facetstale GROUP BY 1
), among AS MATERIALIZED (
    SELECT chunk, sets.bits & ~coalesce(mask.bits, {zeros}) AS bits
    FROM ({sets}) sets LEFT JOIN mask USING (chunk)
), rare AS (
    SELECT wanted.place, (contact.id / {chunk})::int AS chunk, bit_or({rare_bit}) AS bits
    FROM contacts_contact contact
    CROSS JOIN LATERAL {rare_pairs}
    JOIN wanted ON wanted.bitmap_id IS NULL AND wanted.field = pair.field AND wanted.value = pair.value
    WHERE contact.id = ANY (ARRAY({rare}))
    GROUP BY 1, 2
), of_each AS (
    SELECT place, chunk, bits FROM contacts_facetbits JOIN wanted USING (bitmap_id)
    UNION ALL
    SELECT place, chunk, bits FROM rare
), held AS (
    SELECT place, chunk, bit_or(bits) AS bits FROM of_each GROUP BY 1, 2
), counted AS (
    SELECT place, bit_count(held.bits & among.bits) AS n FROM held JOIN among USING (chunk)
    UNION ALL
    SELECT wanted.place, count(DISTINCT contact.id)
    FROM contacts_contact contact
    CROSS JOIN LATERAL {pairs}
    JOIN wanted ON wanted.field = pair.field AND wanted.value = pair.value
    WHERE contact.id = ANY (ARRAY({stale}))
    GROUP BY 1
)
SELECT place, sum(n)::bigint FROM counted GROUP BY place;

-- name: ids
-- The ids behind the bits, and all those whose bits may be wrong. Written out as text, the places of the ones are the
-- lengths between them; behind the last one of a chunk comes one id too many, so look at the contacts themselves.
SELECT chunk::bigint * {chunk} + sum(length(gap) + 1) OVER (PARTITION BY chunk ORDER BY place) - 1
FROM ({sets}) sets CROSS JOIN LATERAL string_to_table(sets.bits::text, '1') WITH ORDINALITY AS gaps(gap, place)
WHERE bit_count(sets.bits) > 0
UNION ALL
SELECT contact_id FROM contacts_facetstale;
