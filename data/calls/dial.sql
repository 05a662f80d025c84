-- name: waiting
-- Real calls before tests, the oldest first; and what another process rings.
SELECT id, session_id, person_id, state FROM call_attempt
WHERE ended_at IS NULL AND NOT drill AND channel = %(channel)s
  AND (state = 'queued' OR (state IN ('dialling', 'ringing') AND owner IS DISTINCT FROM %(process)s))
ORDER BY self_test, session_id, id;

-- name: waiting_of
SELECT id, session_id, person_id, state FROM call_attempt
WHERE ended_at IS NULL AND NOT drill AND channel = %(channel)s AND session_id = ANY (%(session_ids)s::bigint[])
  AND (state = 'queued' OR (state IN ('dialling', 'ringing') AND owner IS DISTINCT FROM %(process)s))
ORDER BY self_test, session_id, id;

-- name: lock_people
-- People share 256 locks: a group call has more people than PostgreSQL has room for locks.
SELECT count(pg_advisory_xact_lock(1735289203, k))
FROM (SELECT DISTINCT p %% 256 AS k FROM unnest(%(people)s::integer[]) p ORDER BY k) b;

-- name: in_call
SELECT person_id, min(session_id) AS calls FROM call_attempt
WHERE person_id = ANY (%(people)s::integer[]) AND state IN ('dialling', 'ringing', 'answered')
  AND NOT drill AND NOT self_test AND session_id <> %(session_id)s
GROUP BY person_id;

-- name: wait
UPDATE call_attempt SET lease_until = NULL WHERE id = ANY (%(ids)s::bigint[]);

-- name: ringing_at
SELECT DISTINCT session_id FROM call_attempt
WHERE person_id = %(person_id)s AND channel = %(channel)s AND state = 'ringing' AND ended_at IS NULL
ORDER BY session_id;

-- name: ringing_nowhere
-- Calls that ring on a page of which no process says that it lives.
SELECT DISTINCT t.session_id FROM call_attempt t
WHERE t.ended_at IS NULL AND t.state = 'ringing' AND t.channel = %(channel)s AND NOT t.drill AND t.lease_until IS NULL
  AND NOT EXISTS (SELECT FROM presence x
                  WHERE x.person_id = t.person_id AND x.kind = 'duty' AND x.seen_at > %(open_since)s)
ORDER BY t.session_id LIMIT %(most)s;

-- name: away
-- What rings on no page any more, of a person (NULL = of anybody).
UPDATE call_attempt t SET lease_until = %(until)s
WHERE t.session_id = %(session_id)s AND t.channel = %(channel)s AND t.state = 'ringing' AND NOT t.drill
  AND (%(person_id)s::integer IS NULL OR t.person_id = %(person_id)s)
  AND (t.lease_until IS NULL OR t.lease_until > %(until)s)
  AND NOT EXISTS (SELECT FROM presence x
                  WHERE x.person_id = t.person_id AND x.kind = 'duty' AND x.seen_at > %(open_since)s)
RETURNING t.id;
