-- name: start
INSERT INTO call_drill (request_key, area_id, name, scenario, actor_id, started_at, started_real, next_at)
VALUES (%(request_key)s, %(area_id)s, %(name)s, %(scenario)s, %(actor_id)s, %(at)s, %(real)s, %(real)s)
ON CONFLICT (request_key) DO NOTHING RETURNING id;

-- name: by_key
SELECT id FROM call_drill WHERE request_key = %(request_key)s;

-- name: lock
-- The drill before its calls, always.
SELECT id, next_at FROM call_drill WHERE id = %(id)s FOR NO KEY UPDATE;

-- name: seen
SELECT 1 FROM call_drill WHERE id = %(id)s AND area_id = ANY (actor_scope());

-- name: take_due
-- Another engine that holds the row does the work.
SELECT d.id, d.scenario, d.started_real, d.next_at, d.clicked, d.missed, d.actor_id,
       a.kind, a.name AS actor, a.role, a.area_id AS actor_area
FROM call_drill d JOIN actor a ON a.id = d.actor_id
WHERE d.next_at <= %(real)s ORDER BY d.next_at FOR NO KEY UPDATE OF d SKIP LOCKED LIMIT 1;

-- name: mark
UPDATE call_drill SET clicked = %(clicked)s, missed = %(missed)s, next_at = %(next_at)s, started_real = %(started_real)s
WHERE id = %(id)s;

-- name: set_back
WITH back AS MATERIALIZED (
    SELECT id, next_at - %(next_at)s::timestamptz AS ahead FROM call_drill
    WHERE next_at > %(next_at)s::timestamptz + %(slack)s::interval
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)
UPDATE call_drill d SET next_at = d.next_at - b.ahead, started_real = d.started_real - b.ahead
FROM back b WHERE d.id = b.id;

-- name: held
SELECT id FROM call_session
WHERE drill_id = %(id)s AND state = 'running' AND held_at <= %(before)s ORDER BY id;

-- name: watched
SELECT id FROM call_session WHERE drill_id = %(id)s AND state = 'acked' AND next_at IS NOT NULL ORDER BY id;

-- name: unfinished
SELECT EXISTS (SELECT FROM call_session
               WHERE drill_id = %(id)s AND (state = 'running' OR (state = 'acked' AND next_at IS NOT NULL)))
       AS unfinished;

-- name: end
UPDATE call_drill SET ended_at = %(at)s, next_at = NULL, stopped_by = %(by)s WHERE id = %(id)s;

-- name: unwatch
UPDATE call_session SET next_at = NULL WHERE drill_id = %(id)s AND state = 'acked';

-- name: calls
SELECT id FROM call_session WHERE drill_id = %(id)s ORDER BY id;

-- name: recent
SELECT d.id, d.scenario ->> 'code' AS code, d.scenario ->> 'name_zh' AS name_zh, d.scenario ->> 'name_en' AS name_en,
       a.name AS by, d.started_at, d.ended_at, d.stopped_by, d.next_at IS NOT NULL AS runs, d.clicked,
       coalesce(greatest(extract(epoch FROM %(real)s::timestamptz - d.next_at), 0), 0)::float AS waits_s,
       jsonb_array_length(d.scenario -> 'clicks') AS clicks, n.*
FROM call_drill d LEFT JOIN actor a ON a.id = d.actor_id
CROSS JOIN LATERAL (
    SELECT count(*)::integer AS calls,
           count(*) FILTER (WHERE s.outcome = 'acknowledged')::integer AS confirmed
    FROM call_session s WHERE s.drill_id = d.id) n
ORDER BY d.id DESC LIMIT %(most)s;
