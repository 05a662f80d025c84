-- name: lock
-- The one order of locks: the session's row first, then whatever belongs to it.
SELECT id, area_id, event_id, grid_id, person_id, facility_id, steps, state, step, next_at
FROM call_session WHERE id = %(id)s FOR NO KEY UPDATE;

-- name: attempts
SELECT id, session_id, person_id, channel, try AS try_, state, lease_until, ring_until
FROM call_attempt WHERE session_id = %(session_id)s AND step = %(step)s ORDER BY id;

-- name: add_attempt
INSERT INTO call_attempt (session_id, area_id, step, person_id, channel, try, state, queued_at, ended_at,
                          lease_until, ring_until)
VALUES (%(session_id)s, %(area_id)s, %(step)s, %(person_id)s, %(channel)s, %(try_)s, %(state)s, %(at)s, %(ended_at)s,
        %(lease_until)s, %(ring_until)s)
RETURNING id, session_id, person_id, channel, try AS try_, state, lease_until, ring_until;

-- name: move
UPDATE call_attempt
SET state = %(state)s,
    owner = coalesce(%(owner)s, owner),
    lease_until = %(lease_until)s,
    ringing_at = CASE WHEN %(state)s = 'ringing' THEN %(at)s ELSE ringing_at END,
    ended_at = %(ended_at)s
WHERE id = %(id)s
RETURNING id, session_id, person_id, channel, try AS try_, state, lease_until, ring_until;

-- name: log
INSERT INTO call_event (session_id, attempt_id, area_id, at, action, detail)
VALUES (%(session_id)s, %(attempt_id)s, %(area_id)s, %(at)s, %(action)s, %(detail)s);

-- name: look_again
UPDATE call_session SET next_at = %(next_at)s WHERE id = %(id)s;

-- name: finish
UPDATE call_session SET state = %(state)s, outcome = %(outcome)s, ended_at = %(at)s, next_at = NULL
WHERE id = %(id)s;
