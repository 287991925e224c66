-- name: kept
-- All that is kept for one person's list, in one row: their views and the shared ones in their order, visits, layouts,
-- what they filter by.
SELECT
    (SELECT coalesce(jsonb_agg(to_jsonb(v) || jsonb_build_object('owner', coalesce(nullif(p.name, ''), p.email))
                               ORDER BY t.place NULLS LAST, v.is_shared, lower(v.name), v.id), '[]')
     FROM contacts_savedview v
     JOIN accounts_adminuser p ON p.id = v.owner_id
     LEFT JOIN contacts_viewvisit t ON t.view_id = v.id AND t.person_id = %(person)s
     WHERE (v.owner_id = %(person)s OR v.is_shared) AND v.deleted_at IS NULL),
    (SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM contacts_viewvisit t WHERE t.person_id = %(person)s),
    (SELECT coalesce(jsonb_agg(to_jsonb(l)), '[]') FROM contacts_listlayout l WHERE l.person_id = %(person)s),
    coalesce((SELECT to_jsonb(h) FROM contacts_filterhabits h WHERE h.person_id = %(person)s), '{}')
