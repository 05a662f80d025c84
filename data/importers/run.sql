-- name: wait_for_turn
SELECT pg_advisory_xact_lock(hashtext('wangge import'));
