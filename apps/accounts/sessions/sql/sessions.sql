-- name: cleanup_expired_sessions
SELECT cleanup_expired_sessions(%s);
