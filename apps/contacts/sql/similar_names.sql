-- name: folded
SELECT word, a360_fold(word) FROM unnest(%s::text[]) word;

-- name: held_first_name
SELECT 'first_name', word, spelled FROM unnest(%(words)s::text[], %(spellings)s::text[]) asked (word, spelled)
WHERE EXISTS (SELECT FROM contacts_contact WHERE NULLIF(a360_fold(first_name), '') = spelled);

-- name: held_last_name
SELECT 'last_name', word, spelled FROM unnest(%(words)s::text[], %(spellings)s::text[]) asked (word, spelled)
WHERE EXISTS (SELECT FROM contacts_contact WHERE NULLIF(a360_fold(last_name), '') = spelled);
