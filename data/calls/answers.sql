-- name: session_of_attempt
SELECT session_id FROM call_attempt WHERE id = %(id)s;
