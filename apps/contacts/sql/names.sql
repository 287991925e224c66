-- name: references
-- Industries and people by id: field, id, as parameters name it, as people do.
SELECT 'industry', id::text, name::text, name::text
FROM contacts_industry WHERE id = ANY (%(industry)s::bigint[])
UNION ALL
SELECT 'owner', id::text, email::text, coalesce(nullif(name, ''), email)::text
FROM accounts_adminuser WHERE id = ANY (%(owner)s::bigint[]);
