-- name: policy
SELECT s.target, s.channels, s.ring_s FROM call_policy_step s JOIN call_policy p ON p.id = s.policy_id
WHERE p.code = %(code)s ORDER BY s.position;

-- name: area_of_event
SELECT area_id FROM event WHERE id = %(id)s;

-- name: area_of_grid
SELECT area_id FROM grid WHERE id = %(id)s;

-- name: area_of_person
SELECT area_id FROM person WHERE id = %(id)s AND active;

-- name: area_of_facility
SELECT area_id FROM facility WHERE id = %(id)s;

-- name: start
INSERT INTO call_session (request_key, actor_id, area_id, event_id, grid_id, person_id, facility_id,
                          steps, next_at, started_at)
VALUES (%(request_key)s, %(actor_id)s, %(area_id)s, %(event_id)s, %(grid_id)s, %(person_id)s, %(facility_id)s,
        %(steps)s, %(real)s, %(at)s)
ON CONFLICT (request_key) DO NOTHING
RETURNING id;

-- name: by_key
SELECT id, event_id, grid_id, person_id, facility_id FROM call_session WHERE request_key = %(request_key)s;

-- name: take_due
-- Another engine that holds the row does the work.
SELECT id FROM call_session WHERE state = 'running' AND next_at <= %(real)s
ORDER BY next_at FOR NO KEY UPDATE SKIP LOCKED LIMIT 1;
