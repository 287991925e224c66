-- name: look_for_an_admin
-- What is else looked at with the commit, while there are words for it.
SET CONSTRAINTS accounts_keep_an_admin IMMEDIATE;

-- name: look_at_the_commit
SET CONSTRAINTS accounts_keep_an_admin DEFERRED;
