-- name: page
-- The sessions that fit, newest first, from behind the last one of the page before.
SELECT s.id
FROM call_found(%(since)s, %(until)s, %(state)s, %(outcome)s, %(purpose)s, %(drill)s, %(policy)s, %(type)s,
                %(areas)s, %(callers)s, %(people)s, %(held)s, %(confirmed)s) s
LEFT JOIN LATERAL call_summary(ARRAY[s.id]) n ON true
WHERE (s.started_at, s.id) < (%(before_at)s, %(before_id)s)
  AND (%(reached)s::boolean IS NULL OR (coalesce(n.reached, 0) > 0) = %(reached)s)
  AND (%(settled_step)s::integer IS NULL OR (s.acked_at IS NOT NULL AND n.step = %(settled_step)s))
  AND (%(ack_from_s)s::float IS NULL OR n.ack_s >= %(ack_from_s)s)
ORDER BY s.started_at DESC, s.id DESC LIMIT %(most)s;

-- name: figures
-- What the page would list if it had no end, counted; each figure is one more word of the filter.
WITH found AS MATERIALIZED (
    SELECT s.id, s.outcome, s.acked_at IS NOT NULL AS confirmed,
           s.id IN (SELECT e.session_id FROM call_event e WHERE e.action = 'held') AS held
    FROM call_found(%(since)s, %(until)s, %(state)s, %(outcome)s, %(purpose)s, %(drill)s, %(policy)s, %(type)s,
                    %(areas)s, %(callers)s, %(people)s, %(held)s, %(confirmed)s) s),
one AS MATERIALIZED (
    SELECT s.outcome, s.confirmed, s.held, coalesce(n.attempts, 0) AS attempts, coalesce(n.reached, 0) > 0 AS reached,
           n.ack_s, CASE WHEN s.confirmed THEN n.step END AS step
    FROM found s LEFT JOIN call_summary((SELECT array_agg(f.id) FROM found f)) n ON n.session_id = s.id
    WHERE (%(reached)s::boolean IS NULL OR (coalesce(n.reached, 0) > 0) = %(reached)s)
      AND (%(settled_step)s::integer IS NULL OR (s.confirmed AND n.step = %(settled_step)s))
      AND (%(ack_from_s)s::float IS NULL OR n.ack_s >= %(ack_from_s)s))
SELECT count(*)::integer AS calls, coalesce(sum(attempts), 0)::integer AS attempts,
       count(*) FILTER (WHERE reached)::integer AS reached,
       count(*) FILTER (WHERE confirmed)::integer AS confirmed,
       count(ack_s)::integer AS timed,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ack_s) AS median_s,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY ack_s) AS p90_s,
       count(*) FILTER (WHERE outcome = 'nobody_on_duty')::integer AS nobody_on_duty,
       count(*) FILTER (WHERE outcome = 'unreachable')::integer AS unreachable,
       count(*) FILTER (WHERE held)::integer AS held,
       coalesce((SELECT jsonb_object_agg(x.step, x.n) FROM (
           SELECT o.step, count(*)::integer AS n FROM one o WHERE o.step IS NOT NULL GROUP BY o.step) x), '{}') AS by_step,
       coalesce((SELECT jsonb_object_agg(x.outcome, x.n) FROM (
           SELECT o.outcome, count(*)::integer AS n FROM one o WHERE o.outcome IS NOT NULL GROUP BY o.outcome) x), '{}')
           AS by_outcome
FROM one;

-- name: rows
SELECT s.id, s.started_at, s.ended_at, s.state, s.outcome, s.purpose, s.drill_id, s.area_id, r.name AS area,
       s.event_id, s.grid_id, s.person_id, s.facility_id, s.subject_area_id, s.ground IS NOT NULL AS is_ground, s.crowd,
       s.policy, s.steps, s.step, s.held_at, s.acked_at, a.name AS caller, d.name AS drill,
       y.name_zh AS type_zh, y.name_en AS type_en, e.text, e.address,
       coalesce(g.name, p.name, f.name, o.name) AS name,
       EXISTS (SELECT FROM call_event w WHERE w.session_id = s.id AND w.action = 'held') AS held,
       coalesce(n.called, 0) AS called, coalesce(n.reached, 0) AS reached,
       coalesce(n.confirmed, 0) AS confirmed, n.ack_s, CASE WHEN s.acked_at IS NOT NULL THEN n.step END AS settled_step
FROM call_session s
LEFT JOIN area r ON r.id = s.area_id LEFT JOIN actor a ON a.id = s.actor_id LEFT JOIN call_drill d ON d.id = s.drill_id
LEFT JOIN event e ON e.id = s.event_id LEFT JOIN event_type y ON y.id = e.type_id
LEFT JOIN grid g ON g.id = s.grid_id LEFT JOIN person p ON p.id = s.person_id
LEFT JOIN facility f ON f.id = s.facility_id LEFT JOIN area o ON o.id = s.subject_area_id
LEFT JOIN call_summary(%(ids)s::bigint[]) n ON n.session_id = s.id
WHERE s.id = ANY (%(ids)s::bigint[]) ORDER BY s.started_at DESC, s.id DESC;

-- name: attempts
-- All attempts of these sessions, with who he was when he was called; `phone` as far as one may see it.
SELECT t.session_id, t.id, t.person_id, t.step, t.channel, t.try AS try_, t.state, t.queued_at, t.ringing_at, t.ended_at,
       t.who, c.address AS phone
FROM call_attempt t
LEFT JOIN contact c ON %(phones)s AND c.person_id = t.person_id AND c.channel = 'phone'
WHERE t.session_id = ANY (%(ids)s::bigint[]) ORDER BY t.session_id DESC, t.id;

-- name: people
-- Whose name or code is said; those that one sees.
SELECT id FROM person WHERE code = %(said)s OR name ILIKE %(like)s LIMIT %(most)s;

-- name: callers
SELECT id FROM actor WHERE name ILIKE %(like)s LIMIT %(most)s;

-- name: is_type
SELECT FROM event_type WHERE code = %(code)s;

-- name: choices
SELECT (SELECT jsonb_agg(jsonb_build_object('code', code, 'name_zh', name_zh, 'name_en', name_en) ORDER BY code)
        FROM call_policy) AS policies,
       (SELECT jsonb_agg(jsonb_build_object('code', code, 'name_zh', name_zh, 'name_en', name_en) ORDER BY code)
        FROM event_type) AS types,
       (SELECT jsonb_agg(jsonb_build_object('code', v.code || ':' || a.code, 'name', a.name) ORDER BY v.rank, a.code)
        FROM area a JOIN level v ON v.code = a.level
        WHERE a.id = ANY ((SELECT actor_scope())::integer[])) AS areas;
