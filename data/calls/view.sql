-- name: sessions
SELECT s.id, s.area_id, s.state, s.outcome, s.event_id, s.grid_id, s.person_id, s.facility_id,
       s.started_at, s.ended_at, a.name AS caller,
       (SELECT max(e.id) FROM call_event e WHERE e.session_id = s.id) AS line,
       (SELECT max(t.ring_until) FROM call_attempt t WHERE t.session_id = s.id AND t.ended_at IS NULL) AS ring_until
FROM call_session s LEFT JOIN actor a ON a.id = s.actor_id
WHERE s.id = ANY (%(ids)s::bigint[]) ORDER BY s.id;

-- name: attempts
-- The last try of each leg, with who he was when he was called.
SELECT DISTINCT ON (t.session_id, t.step, w.rank, t.person_id, t.channel)
       t.id, t.session_id, t.person_id, t.channel, t.state, t.try AS try_,
       coalesce(t.ended_at, t.ringing_at, t.queued_at) AS at, w.detail AS who, r.reason
FROM call_attempt t
LEFT JOIN LATERAL (
    SELECT e.detail, (e.detail ->> 'rank')::integer AS rank
    FROM call_event e JOIN call_attempt f ON f.id = e.attempt_id
    WHERE e.session_id = t.session_id AND f.person_id = t.person_id AND f.step = t.step AND e.detail ? 'rank'
    ORDER BY e.id LIMIT 1) w ON true
LEFT JOIN LATERAL (
    SELECT e.detail ->> 'reason' AS reason FROM call_event e
    WHERE e.session_id = t.session_id AND e.attempt_id = t.id AND e.action = 'declined' LIMIT 1) r ON true
WHERE t.session_id = ANY (%(ids)s::bigint[])
ORDER BY t.session_id, t.step, w.rank, t.person_id, t.channel, t.try DESC;

-- name: lines
SELECT e.id, e.at, e.attempt_id, t.person_id, e.action, e.detail
FROM call_event e LEFT JOIN call_attempt t ON t.id = e.attempt_id
WHERE e.session_id = %(id)s ORDER BY e.id;

-- name: rings
-- What the person who is called must know, wherever the event lies.
SELECT t.id AS attempt_id, t.session_id, t.person_id, t.channel, t.state, t.ring_until,
       (s.steps -> t.step::integer ->> 'ring_s')::integer AS ring_s,
       a.name AS caller, a.role AS caller_role,
       (SELECT count(DISTINCT o.person_id) FROM call_attempt o
        WHERE o.session_id = s.id AND o.person_id <> t.person_id AND o.ended_at IS NULL)::integer AS others,
       e.id AS event_id, y.name_zh AS type_zh, y.name_en AS type_en, e.text, e.address,
       e.due_at, e.yellow_at, e.closed_at,
       c.name AS community, g.name AS grid, f.name AS facility,
       ST_X(p.point) AS lon, ST_Y(p.point) AS lat
FROM call_attempt t
JOIN call_session s ON s.id = t.session_id
JOIN actor a ON a.id = s.actor_id
LEFT JOIN event e ON e.id = s.event_id
LEFT JOIN event_type y ON y.id = e.type_id
LEFT JOIN facility f ON f.id = s.facility_id
LEFT JOIN LATERAL (
    SELECT g.name, g.geom FROM grid g JOIN site ON true
    WHERE g.id = s.grid_id OR g.id = ANY (e.grid_ids)
    ORDER BY g.kind = site.load_kind DESC, ST_Area(g.geom) LIMIT 1) g ON true
LEFT JOIN area c ON c.id = s.area_id
CROSS JOIN LATERAL (SELECT coalesce(e.geom, f.geom, CASE WHEN s.grid_id IS NOT NULL
                                                    THEN ST_PointOnSurface(g.geom) END) AS point) p
WHERE t.ended_at IS NULL
  AND (t.id = ANY (%(attempt_ids)s::bigint[]) OR t.person_id = %(person_id)s)
ORDER BY t.id;

-- name: ends
SELECT t.id AS attempt_id, t.session_id, t.person_id, t.state, s.outcome,
       (SELECT p.name FROM call_attempt o JOIN person p ON p.id = o.person_id
        WHERE o.session_id = s.id AND o.state = 'acknowledged' LIMIT 1) AS acknowledged_by
FROM call_attempt t JOIN call_session s ON s.id = t.session_id
WHERE t.id = ANY (%(attempt_ids)s::bigint[]) AND t.ended_at IS NOT NULL;

-- name: recent
SELECT id FROM call_session
WHERE started_at <= %(at)s AND started_at > %(since)s
ORDER BY id DESC LIMIT %(most)s;

-- name: current
-- What runs, and the newest of those that have ended: what a screen must know to begin.
SELECT id FROM call_session WHERE state = 'running'
UNION (SELECT id FROM call_session ORDER BY id DESC LIMIT %(most)s);
