-- name: check_rate_limit
SELECT allowed, remaining, retry_after FROM check_rate_limit(%s, %s::text[], %s::text[], %s::int[], %s::int[]);

-- name: give_back_rate_limit
SELECT give_back_rate_limit(%s, %s::text[], %s::text[]);

-- name: prune_rate_limits
SELECT prune_rate_limits();
