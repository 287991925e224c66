-- name: lock
SELECT 1 FROM accounts_quota_account WHERE user_id = %(user)s FOR NO KEY UPDATE;

-- name: begin
INSERT INTO accounts_quota_account (user_id)
SELECT id FROM accounts_adminuser WHERE id = %(user)s
ON CONFLICT DO NOTHING;

-- name: person
-- After the lock and not with it: whoever waited must see the limit that the other one has left.
SELECT download_limit, time_zone, now() FROM accounts_adminuser WHERE id = %(user)s;
