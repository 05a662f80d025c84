-- name: lock
-- The one order of locks: the session's row first, then whatever belongs to it.
SELECT id, area_id, event_id, grid_id, person_id, facility_id, subject_area_id, ground IS NOT NULL AS is_ground, crowd,
       steps, policy, state, step, next_at, fired_at, held_at, acked_at, counts_from, drill_id
FROM call_session WHERE id = %(id)s FOR NO KEY UPDATE;

-- name: attempts
-- Of a session, what is asked for: those of these ids, of a person, or that wait to be taken on a channel.
SELECT id, session_id, step, person_id, channel, try AS try_, state, lease_until, ring_until
FROM call_attempt
WHERE session_id = %(session_id)s
  AND (%(id)s::bigint IS NULL OR id = %(id)s)
  AND (%(person_id)s::integer IS NULL OR person_id = %(person_id)s)
  AND (NOT %(open)s OR ended_at IS NULL)
ORDER BY id;

-- name: lapsed
-- Those that time may change now. The lease of what rings is that of a device that went away; in a drill
-- it is when somebody answers.
SELECT id, session_id, step, person_id, channel, try AS try_, state, lease_until, ring_until,
       state = 'queued' AND channel = 'page' AND NOT drill
       AND EXISTS (SELECT FROM presence x WHERE x.person_id = call_attempt.person_id AND x.kind = 'duty'
                     AND x.seen_at > %(lives_since)s) AS held
FROM call_attempt
WHERE session_id = %(session_id)s AND ended_at IS NULL
  AND (ring_until <= %(real)s OR (lease_until <= %(real)s AND (state IN ('queued', 'dialling') OR (state = 'ringing' AND NOT drill))))
ORDER BY id;

-- name: wait_on
UPDATE call_attempt SET lease_until = %(until)s WHERE id = ANY (%(ids)s::bigint[]);

-- name: tally
SELECT state, step, count(*)::integer AS n,
       min(least(ring_until, CASE WHEN drill OR state IN ('queued', 'dialling', 'ringing') THEN lease_until END))
           FILTER (WHERE ended_at IS NULL) AS next_at
FROM call_attempt WHERE session_id = %(session_id)s GROUP BY state, step;

-- name: left_out
SELECT EXISTS (SELECT FROM call_event WHERE session_id = %(session_id)s AND action = 'skipped'
                 AND detail ->> 'why' IN ('quiet_hours', 'too_often')) AS left_out;

-- name: called
SELECT DISTINCT person_id FROM call_attempt WHERE session_id = %(session_id)s;

-- name: add_attempts
INSERT INTO call_attempt (session_id, area_id, step, person_id, channel, try, state, queued_at, ended_at,
                          lease_until, ring_until, drill, self_test, who)
SELECT %(session_id)s, %(area_id)s, %(step)s, u.person_id, u.channel, u.try_, u.state, %(at)s,
       CASE WHEN u.state = 'offline' THEN %(at)s::timestamptz END, u.lease_until, u.ring_until, %(drill)s,
       (SELECT s.purpose = 'self_test' FROM call_session s WHERE s.id = %(session_id)s),
       coalesce((SELECT t.who FROM call_attempt t WHERE t.id = (u.detail ->> 'again')::bigint), u.detail)
FROM unnest(%(people)s::integer[], %(channels)s::text[], %(tries)s::smallint[], %(states)s::text[],
            %(leases)s::timestamptz[], %(rings)s::timestamptz[], %(details)s::jsonb[])
     WITH ORDINALITY AS u (person_id, channel, try_, state, lease_until, ring_until, detail, n)
ORDER BY u.n
RETURNING id, session_id, step, person_id, channel, try AS try_, state, lease_until, ring_until;

-- name: move
UPDATE call_attempt
SET state = %(state)s,
    owner = coalesce(%(owner)s, owner),
    lease_until = %(lease_until)s,
    ring_until = coalesce(%(ring_until)s, ring_until),
    ringing_at = CASE WHEN %(state)s = 'ringing' THEN %(at)s ELSE ringing_at END,
    ended_at = %(ended_at)s
WHERE id = ANY (%(ids)s::bigint[])
RETURNING id, session_id, step, person_id, channel, try AS try_, state, lease_until, ring_until;

-- name: tell_waiting
-- Calls in which one of these people is waited for hear that he is free.
SELECT pg_notify('wangge_ring', w.session_id::text)
FROM (SELECT DISTINCT session_id FROM call_attempt
      WHERE person_id = ANY (%(people)s::integer[]) AND state = 'queued' AND ended_at IS NULL
        AND session_id <> %(session_id)s) w;

-- name: log
INSERT INTO call_event (session_id, attempt_id, area_id, at, action, detail)
SELECT %(session_id)s, u.attempt_id, %(area_id)s, %(at)s, %(action)s, u.detail
FROM unnest(%(attempts)s::bigint[], %(details)s::jsonb[]) WITH ORDINALITY AS u (attempt_id, detail, n)
ORDER BY u.n;
