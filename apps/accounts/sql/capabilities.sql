-- name: keep_capabilities
-- Only where the row still is what the capabilities were computed from.
UPDATE accounts_adminuser SET capabilities_cache = %(cache)s::jsonb
WHERE id = %(id)s AND role = %(role)s AND capability_overrides = %(overrides)s::jsonb AND is_active
  AND capabilities_cache IS DISTINCT FROM %(cache)s::jsonb;
