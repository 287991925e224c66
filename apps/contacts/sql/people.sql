-- Each of these starts in an index where a text stands and reads a fixed number of entries on. What begins with the text
-- is next to each other there, whatever the collation.

-- name: nearest
SELECT id FROM ({found}) found GROUP BY id ORDER BY min((place, n)), id LIMIT %(most)s;

-- name: last_name
SELECT id FROM (
    SELECT id, a360_fold(last_name) AS key FROM contacts_contact
    WHERE NULLIF(a360_fold(last_name), '') >= a360_fold({text})
    ORDER BY NULLIF(a360_fold(last_name), ''), a360_fold(first_name), id LIMIT %(most)s
) near WHERE key LIKE a360_fold({text_begins});

-- name: last_name_alone
-- For who may not read first names, whose order says something of them. All who are called so are sorted.
SELECT id FROM (
    SELECT id, a360_fold(last_name) AS key FROM contacts_contact
    WHERE NULLIF(a360_fold(last_name), '') >= a360_fold({text})
    ORDER BY NULLIF(a360_fold(last_name), ''), id LIMIT %(most)s
) near WHERE key LIKE a360_fold({text_begins});

-- name: first_name
SELECT id FROM (
    SELECT id, a360_fold(first_name) AS key FROM contacts_contact
    WHERE NULLIF(a360_fold(first_name), '') >= a360_fold({text})
    ORDER BY NULLIF(a360_fold(first_name), ''), id LIMIT %(most)s
) near WHERE key LIKE a360_fold({text_begins});

-- name: whole_name
-- Of everybody with a last name, those whose first name begins so: a common last name is read from that place on.
SELECT id FROM (
    SELECT id, a360_fold(last_name) AS key, a360_fold(first_name) AS other_key FROM contacts_contact
    WHERE (NULLIF(a360_fold(last_name), ''), a360_fold(first_name)) >= (a360_fold({other}), a360_fold({text}))
    ORDER BY NULLIF(a360_fold(last_name), ''), a360_fold(first_name), id LIMIT %(most)s
) near WHERE key = a360_fold({other}) AND other_key LIKE a360_fold({text_begins});

-- name: begun_name
SELECT id FROM (
    SELECT id, a360_fold(last_name) AS key, a360_fold(first_name) AS other_key FROM contacts_contact
    WHERE NULLIF(a360_fold(last_name), '') >= a360_fold({other})
    ORDER BY NULLIF(a360_fold(last_name), ''), a360_fold(first_name), id LIMIT %(looked_at)s
) near WHERE key LIKE a360_fold({other_begins}) AND other_key LIKE a360_fold({text_begins}) LIMIT %(most)s;

-- name: named_so
SELECT id FROM (
    SELECT id, a360_fold(last_name) AS key FROM contacts_contact
    WHERE NULLIF(a360_fold(first_name), '') = a360_fold({text})
    ORDER BY NULLIF(a360_fold(first_name), ''), id LIMIT %(looked_at)s
) near WHERE key LIKE a360_fold({other_begins}) LIMIT %(most)s;

-- name: email
SELECT id FROM (
    SELECT id, a360_fold(email) AS key FROM contacts_contact
    WHERE NULLIF(a360_fold(email), '') >= a360_fold({text})
    ORDER BY NULLIF(a360_fold(email), ''), id LIMIT %(most)s
) near WHERE key LIKE a360_fold({text_begins});

-- name: company
SELECT id FROM (
    SELECT id, a360_fold(company) AS key FROM contacts_contact
    WHERE NULLIF(a360_fold(company), '') >= a360_fold({text})
    ORDER BY NULLIF(a360_fold(company), ''), id LIMIT %(most)s
) near WHERE key LIKE a360_fold({text_begins});
