-- name: sessions
-- `rings_until` is when the present step is over, `next_at` of a confirmed one when its watch is.
SELECT s.id, s.area_id, s.state, s.outcome, s.event_id, s.grid_id, s.person_id, s.facility_id, s.subject_area_id,
       s.ground IS NOT NULL AS is_ground, s.crowd, s.steps, s.policy, s.step, s.held_at, s.drill_id, s.purpose,
       d.scenario ->> 'name_zh' AS drill_zh, d.scenario ->> 'name_en' AS drill_en, d.next_at IS NOT NULL AS drill_runs,
       coalesce(d.scenario -> 'clicks' -> s.drill_click ->> 'about_zh', y.name_zh) AS about_zh,
       coalesce(d.scenario -> 'clicks' -> s.drill_click ->> 'about_en', y.name_en) AS about_en,
       s.started_at, s.ended_at, s.next_at, a.name AS caller, ST_AsGeoJSON(s.ground, 6)::jsonb AS ground,
       (SELECT max(e.id) FROM call_event e WHERE e.session_id = s.id) AS line, n.*
FROM call_session s LEFT JOIN actor a ON a.id = s.actor_id LEFT JOIN call_drill d ON d.id = s.drill_id
LEFT JOIN event_type y ON y.code = d.scenario -> 'clicks' -> s.drill_click ->> 'event_type'
CROSS JOIN LATERAL (
    SELECT count(DISTINCT t.person_id)::integer AS called,
           count(DISTINCT t.person_id) FILTER (
               WHERE t.ringing_at IS NOT NULL OR t.state IN ('answered', 'acknowledged', 'declined'))::integer AS reached,
           count(DISTINCT t.person_id) FILTER (WHERE t.state = 'acknowledged')::integer AS confirmed,
           max(t.ring_until) FILTER (WHERE t.ended_at IS NULL) AS ring_until,
           max(t.ring_until) FILTER (WHERE t.ended_at IS NULL AND t.step = s.step) AS rings_until
    FROM call_attempt t WHERE t.session_id = s.id) n
WHERE s.id = ANY (%(ids)s::bigint[]) ORDER BY s.id;

-- name: attempts
-- The last try of each leg, with who he was when he was called. Of a group call so many: in turn one that
-- is ambiguous, one that confirmed and one that may still answer, and those that are over last.
SELECT x.* , (SELECT e.detail ->> 'reason' FROM call_event e
              WHERE x.state = 'declined' AND e.session_id = x.session_id AND e.attempt_id = x.id
                AND e.action = 'declined' LIMIT 1) AS reason
FROM (SELECT m.*, row_number() OVER (PARTITION BY session_id ORDER BY turn = 3, nth, turn) AS n
      FROM (SELECT l.*, row_number() OVER (PARTITION BY session_id, turn ORDER BY step DESC, rank) AS nth
            FROM (SELECT DISTINCT ON (t.session_id, t.step, t.person_id, t.channel)
                         t.id, t.session_id, t.step, t.person_id, t.channel, t.state, t.ended_at, t.who,
                         CASE WHEN t.state = 'ambiguous' THEN 0 WHEN t.state = 'acknowledged' THEN 1
                              WHEN t.ended_at IS NULL THEN 2 ELSE 3 END AS turn,
                         (t.who ->> 'rank')::integer AS rank, coalesce(t.ended_at, t.ringing_at, t.queued_at) AS at
                  FROM call_attempt t WHERE t.session_id = ANY (%(ids)s::bigint[])
                  ORDER BY t.session_id, t.step, t.person_id, t.channel, t.try DESC) l) m) x
WHERE x.n <= %(most)s ORDER BY x.session_id, x.step, x.rank, x.person_id, x.channel;

-- name: lines
SELECT e.id, e.at, e.attempt_id, t.person_id, e.action, e.detail
FROM call_event e LEFT JOIN call_attempt t ON t.id = e.attempt_id
WHERE e.session_id = %(id)s ORDER BY e.id;

-- name: rings
SELECT t.id AS attempt_id, t.session_id, t.person_id, t.channel, t.state, t.step, t.ring_until
FROM call_attempt t
WHERE t.ended_at IS NULL AND NOT t.drill
  AND t.id IN (SELECT unnest(%(attempt_ids)s::bigint[])
               UNION ALL SELECT o.id FROM call_attempt o WHERE o.person_id = %(person_id)s AND o.ended_at IS NULL)
ORDER BY t.id;

-- name: calls
-- What the people who are called must know, wherever the event lies; `people` still ring.
SELECT s.id, s.steps, s.purpose = 'self_test' AS test, a.name AS caller, a.role AS caller_role,
       (SELECT count(DISTINCT o.person_id) FROM call_attempt o
        WHERE o.session_id = s.id AND o.ended_at IS NULL)::integer AS people,
       e.id AS event_id, y.name_zh AS type_zh, y.name_en AS type_en, e.text, e.address,
       e.due_at, e.yellow_at, e.closed_at,
       c.name AS community, g.name AS grid, f.name AS facility,
       ST_X(p.point) AS lon, ST_Y(p.point) AS lat
FROM call_session s
JOIN actor a ON a.id = s.actor_id
LEFT JOIN event e ON e.id = s.event_id
LEFT JOIN event_type y ON y.id = e.type_id
LEFT JOIN facility f ON f.id = s.facility_id
LEFT JOIN LATERAL (
    SELECT g.name, g.geom FROM grid g JOIN site ON true
    WHERE g.id = s.grid_id OR g.id = ANY (e.grid_ids)
    ORDER BY g.kind = site.load_kind DESC, ST_Area(g.geom) LIMIT 1) g ON true
LEFT JOIN area c ON c.id = s.area_id
CROSS JOIN LATERAL (SELECT coalesce(e.geom, f.geom, ST_Centroid(s.ground),
                                    CASE WHEN s.grid_id IS NOT NULL THEN ST_PointOnSurface(g.geom) END) AS point) p
WHERE s.id = ANY (%(ids)s::bigint[]);

-- name: ends
SELECT t.id AS attempt_id, t.session_id, t.person_id, t.state, s.outcome,
       (SELECT p.name FROM call_attempt o JOIN person p ON p.id = o.person_id
        WHERE o.session_id = s.id AND o.state = 'acknowledged' LIMIT 1) AS acknowledged_by
FROM call_attempt t JOIN call_session s ON s.id = t.session_id
WHERE t.id = ANY (%(attempt_ids)s::bigint[]) AND t.ended_at IS NOT NULL;

-- name: current
-- What runs, and the newest of those that have ended: what a screen must know to begin.
SELECT id FROM call_session WHERE state = 'running' AND purpose = 'call'
UNION (SELECT id FROM call_session WHERE purpose = 'call' ORDER BY id DESC LIMIT %(most)s);
