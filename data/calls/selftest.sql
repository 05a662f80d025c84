-- name: quiet
SELECT quiet_from, quiet_until FROM call_policy WHERE active AND quiet_from IS NOT NULL;

-- name: start_due
-- The key is the shift's; a test that gave way to a call is made up for under the next number.
INSERT INTO call_session (request_key, actor_id, area_id, person_id, steps, policy, purpose, next_at, started_at)
SELECT 'self_test:' || d.shift_id || ':' || d.tests, (SELECT id FROM actor WHERE kind = 'system' ORDER BY id LIMIT 1),
       d.area_id, d.person_id, %(steps)s, %(policy)s, 'self_test', %(real)s, %(at)s
FROM (SELECT s.id AS shift_id, s.person_id, p.area_id, s.started_at,
             (SELECT count(*) FROM call_session c
              WHERE c.person_id = s.person_id AND c.purpose = 'self_test' AND c.started_at >= s.started_at) AS tests
      FROM shift s JOIN person p ON p.id = s.person_id AND p.active
      WHERE s.planned_start > %(after)s AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s
        AND EXISTS (SELECT FROM presence x
                    WHERE x.person_id = s.person_id AND x.kind = 'duty' AND x.seen_at > %(open_since)s)
        AND NOT EXISTS (SELECT FROM call_session c
                        WHERE c.person_id = s.person_id AND c.purpose = 'self_test' AND c.started_at >= s.started_at
                          AND c.outcome IS DISTINCT FROM 'busy')
        AND NOT EXISTS (SELECT FROM call_attempt o
                        WHERE o.person_id = s.person_id AND NOT o.drill AND NOT o.self_test
                          AND (o.ended_at IS NULL OR o.ended_at > %(calm_since)s))
      ORDER BY s.started_at LIMIT %(most)s) d
WHERE NOT EXISTS (SELECT FROM call_attempt w  -- calls come first
                  WHERE w.state = 'queued' AND w.ended_at IS NULL AND w.lease_until IS NOT NULL
                    AND NOT w.drill AND NOT w.self_test)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: start_own
INSERT INTO call_session (request_key, actor_id, area_id, person_id, steps, policy, purpose, next_at, started_at)
SELECT 'self_test:own:' || p.id || ':' || %(key)s, (SELECT id FROM actor WHERE kind = 'system' ORDER BY id LIMIT 1),
       p.area_id, p.id, %(steps)s, %(policy)s, 'self_test', %(real)s, %(at)s
FROM person p
WHERE p.id = %(person_id)s AND p.active
  AND NOT EXISTS (SELECT FROM call_attempt o
                  WHERE o.person_id = p.id AND o.ended_at IS NULL AND NOT o.drill AND NOT o.self_test)
ON CONFLICT DO NOTHING
RETURNING id;

-- name: known
SELECT id FROM call_session
WHERE purpose = 'self_test' AND person_id = %(person_id)s
  AND (state = 'running' OR request_key = 'self_test:own:' || %(person_id)s || ':' || %(key)s)
ORDER BY id DESC LIMIT 1;

-- name: in_call
SELECT 1 FROM call_attempt
WHERE person_id = %(person_id)s AND ended_at IS NULL AND NOT drill AND NOT self_test LIMIT 1;

-- name: in_the_way
SELECT c.id FROM call_session c
WHERE c.purpose = 'self_test' AND c.state = 'running'
  AND EXISTS (SELECT FROM call_attempt o
              WHERE o.person_id = c.person_id AND o.ended_at IS NULL AND NOT o.drill AND NOT o.self_test)
ORDER BY c.id;

-- name: of_person
SELECT CASE WHEN r.running THEN 'ringing' WHEN t.outcome = 'acknowledged' THEN 'passed'
            WHEN t.outcome IS NOT NULL THEN 'failed' ELSE 'not_yet' END AS state,
       CASE WHEN NOT r.running THEN t.ended_at END AS at
FROM (SELECT coalesce((SELECT max(s.started_at) FROM shift s
                       WHERE s.person_id = %(person_id)s AND s.planned_start > %(after)s AND s.started_at <= %(at)s
                         AND coalesce(s.ended_at, s.planned_end) > %(at)s), %(off_since)s) AS since) d
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM call_session c WHERE c.person_id = %(person_id)s AND c.purpose = 'self_test'
                     AND c.state = 'running' AND c.started_at >= d.since) AS running) r
LEFT JOIN LATERAL (
    SELECT c.outcome, c.ended_at FROM call_session c
    WHERE c.person_id = %(person_id)s AND c.purpose = 'self_test' AND c.started_at >= d.since
      AND c.ended_at <= %(at)s AND c.outcome <> 'busy'
    ORDER BY c.id DESC LIMIT 1) t ON true;

-- name: counts
WITH on_duty AS (
    SELECT s.person_id, max(s.started_at) AS since FROM shift s JOIN person p ON p.id = s.person_id AND p.active
    WHERE s.planned_start > %(after)s AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s
      AND (%(areas)s::integer[] IS NULL OR p.area_id = ANY (%(areas)s::integer[]))
    GROUP BY s.person_id),
tested AS (
    SELECT DISTINCT ON (c.person_id) c.person_id, c.outcome
    FROM on_duty d JOIN call_session c ON c.person_id = d.person_id AND c.purpose = 'self_test'
         AND c.started_at >= d.since AND c.ended_at <= %(at)s AND c.outcome <> 'busy'
    ORDER BY c.person_id, c.id DESC)
SELECT count(*)::integer AS on_duty,
       count(*) FILTER (WHERE t.outcome = 'acknowledged')::integer AS passed,
       count(*) FILTER (WHERE t.outcome <> 'acknowledged')::integer AS failed
FROM on_duty d LEFT JOIN tested t ON t.person_id = d.person_id;

-- name: not_passed
WITH on_duty AS (
    SELECT p.id, p.name, p.area_id, max(s.started_at) AS since
    FROM shift s JOIN person p ON p.id = s.person_id AND p.active
    WHERE s.planned_start > %(after)s AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s
      AND (%(areas)s::integer[] IS NULL OR p.area_id = ANY (%(areas)s::integer[]))
    GROUP BY p.id)
SELECT d.id, d.name, a.name AS area, CASE WHEN t.outcome IS NULL THEN 'not_yet' ELSE 'failed' END AS state,
       t.ended_at AS at, d.since,
       EXISTS (SELECT FROM presence x
               WHERE x.person_id = d.id AND x.kind = 'duty' AND x.seen_at > %(open_since)s) AS page_open
FROM on_duty d LEFT JOIN area a ON a.id = d.area_id
LEFT JOIN LATERAL (
    SELECT c.outcome, c.ended_at FROM call_session c
    WHERE c.person_id = d.id AND c.purpose = 'self_test' AND c.started_at >= d.since
      AND c.ended_at <= %(at)s AND c.outcome <> 'busy'
    ORDER BY c.id DESC LIMIT 1) t ON true
WHERE t.outcome IS DISTINCT FROM 'acknowledged'
ORDER BY t.outcome IS NULL, a.name, d.name, d.id LIMIT %(most)s;
