-- name: script
SELECT d.scenario, s.drill_click FROM call_session s JOIN call_drill d ON d.id = s.drill_id
WHERE s.id = %(session_id)s;

-- name: open
SELECT id, session_id, step, person_id, channel, try AS try_, state, lease_until, ring_until,
       who ->> 'post' AS post, (who ->> 'rank')::integer AS rank
FROM call_attempt WHERE session_id = %(session_id)s AND ended_at IS NULL ORDER BY id;

-- name: due
UPDATE call_attempt t SET lease_until = u.due
FROM unnest(%(ids)s::bigint[], %(due)s::timestamptz[]) AS u (id, due) WHERE t.id = u.id;

-- name: confirmed
SELECT step, person_id, who ->> 'post' AS post, (who ->> 'rank')::integer AS rank
FROM call_attempt WHERE session_id = %(session_id)s AND state = 'acknowledged';
