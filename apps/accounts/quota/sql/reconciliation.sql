-- name: findings
-- Everything in the ledger that does not follow from its entries, or entries that do not follow each other.
WITH entry AS (
    SELECT
        e.*,
        lag(number, 1, 0::bigint) OVER of_person AS number_before,
        lag(total, 1, 0::bigint) OVER of_person AS total_before,
        lag(month) OVER of_person AS month_before,
        lag(balance, 1, 0::bigint) OVER of_bucket AS balance_before
    FROM accounts_quota_entry AS e
    WINDOW
        of_person AS (PARTITION BY user_id ORDER BY number),
        of_bucket AS (PARTITION BY bucket_id ORDER BY number)
),
of_bucket AS (
    SELECT
        bucket_id,
        sum(change) AS balance,
        coalesce(sum(amount) FILTER (WHERE kind = 'reserve'), 0)
        - coalesce(sum(amount) FILTER (WHERE kind = 'release'), 0) AS used,
        coalesce(sum(amount) FILTER (WHERE kind = 'spend'), 0) AS spent,
        count(*) FILTER (WHERE kind = 'grant') AS grants
    FROM accounts_quota_entry
    GROUP BY bucket_id
),
of_person AS (
    SELECT user_id, sum(change) AS balance, count(*) AS entry_count FROM accounts_quota_entry GROUP BY user_id
),
of_reservation AS (
    SELECT
        reservation_id,
        coalesce(sum(amount) FILTER (WHERE kind = 'reserve'), 0) AS reserved,
        coalesce(sum(amount) FILTER (WHERE kind = 'spend'), 0) AS spent,
        coalesce(sum(amount) FILTER (WHERE kind = 'release'), 0) AS released
    FROM accounts_quota_entry
    WHERE reservation_id IS NOT NULL
    GROUP BY reservation_id
)
SELECT * FROM (
    SELECT 'entries missing' AS what, user_id, 'after entry ' || number_before AS place,
        number_before + 1 AS expected, number AS found
    FROM entry WHERE number <> number_before + 1
    UNION ALL
    SELECT 'running total', user_id, 'entry ' || number, total_before + change, total
    FROM entry WHERE total <> total_before + change
    UNION ALL
    SELECT 'running balance', user_id, 'entry ' || number, balance_before + change, balance
    FROM entry WHERE balance <> balance_before + change
    UNION ALL
    -- Months of a person only go forward.
    SELECT 'month of an entry', user_id, 'entry ' || number, to_char(month_before, 'YYYYMM')::bigint,
        to_char(month, 'YYYYMM')::bigint
    FROM entry WHERE month < month_before
    UNION ALL
    SELECT 'balance of a person', a.user_id, '', coalesce(p.balance, 0), a.balance
    FROM accounts_quota_account AS a LEFT JOIN of_person AS p USING (user_id)
    WHERE a.balance <> coalesce(p.balance, 0)
    UNION ALL
    SELECT 'number of entries', a.user_id, '', a.entry_count, coalesce(p.entry_count, 0)
    FROM accounts_quota_account AS a LEFT JOIN of_person AS p USING (user_id)
    WHERE a.entry_count <> coalesce(p.entry_count, 0)
    UNION ALL
    SELECT 'balance', b.user_id, b.reference, coalesce(s.balance, 0), b.balance
    FROM accounts_quota_bucket AS b LEFT JOIN of_bucket AS s ON s.bucket_id = b.id
    WHERE b.balance <> coalesce(s.balance, 0)
    UNION ALL
    SELECT 'contacts used', b.user_id, b.reference, coalesce(s.used, 0), b.used
    FROM accounts_quota_bucket AS b LEFT JOIN of_bucket AS s ON s.bucket_id = b.id
    WHERE b.used <> coalesce(s.used, 0)
    UNION ALL
    SELECT 'contacts downloaded', b.user_id, b.reference, coalesce(s.spent, 0), b.spent
    FROM accounts_quota_bucket AS b LEFT JOIN of_bucket AS s ON s.bucket_id = b.id
    WHERE b.spent <> coalesce(s.spent, 0)
    UNION ALL
    SELECT 'grants', b.user_id, b.reference, 1, coalesce(s.grants, 0)
    FROM accounts_quota_bucket AS b LEFT JOIN of_bucket AS s ON s.bucket_id = b.id
    WHERE coalesce(s.grants, 0) <> 1
    UNION ALL
    -- The rule of models.py: what is left is what was allowed and not used.
    SELECT 'balance by the allowance', user_id, reference, due, balance
    FROM (
        SELECT *, CASE
            WHEN closed_at IS NOT NULL OR allowance = -1 THEN 0
            ELSE greatest(0, allowance + correction - used)
        END AS due
        FROM accounts_quota_bucket
    ) AS b
    WHERE balance <> due
    UNION ALL
    SELECT 'contacts reserved', r.user_id, r.reference, r.amount, coalesce(s.reserved, 0)
    FROM accounts_quota_reservation AS r LEFT JOIN of_reservation AS s ON s.reservation_id = r.id
    WHERE r.amount <> coalesce(s.reserved, 0)
    UNION ALL
    SELECT 'contacts spent of a reservation', r.user_id, r.reference, r.spent, coalesce(s.spent, 0)
    FROM accounts_quota_reservation AS r LEFT JOIN of_reservation AS s ON s.reservation_id = r.id
    WHERE r.spent <> coalesce(s.spent, 0)
    UNION ALL
    SELECT 'contacts given back of a reservation', r.user_id, r.reference,
        CASE WHEN r.state = 'open' THEN 0 ELSE r.amount - r.spent END, coalesce(s.released, 0)
    FROM accounts_quota_reservation AS r LEFT JOIN of_reservation AS s ON s.reservation_id = r.id
    WHERE coalesce(s.released, 0) <> CASE WHEN r.state = 'open' THEN 0 ELSE r.amount - r.spent END
) AS finding
ORDER BY user_id, what, place
LIMIT %(limit)s;

-- name: entry_count
SELECT count(*) FROM accounts_quota_entry;

-- name: last_reconciliation
SELECT finding_count, extract(epoch FROM now() - at)::float8 FROM accounts_quota_reconciliation ORDER BY id DESC LIMIT 1;
