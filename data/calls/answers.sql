-- name: session_of_attempt
SELECT session_id FROM call_attempt WHERE id = %(id)s;

-- name: somebody_comes
SELECT EXISTS (SELECT FROM call_attempt WHERE session_id = %(session_id)s AND state = 'acknowledged') AS comes;

-- name: stays
UPDATE call_attempt SET lease_until = NULL WHERE id = %(id)s AND state = 'ringing';
