-- name: source
SELECT name FROM source WHERE id = %(id)s;

-- name: area
-- Where an event belongs. A located one outside the caller's scope is refused, not moved.
SELECT chosen.id, a.name, chosen.id = ANY ((SELECT actor_scope())::integer[]) AS visible
FROM (SELECT coalesce(%(found)s::integer,
                      (SELECT area_id FROM source
                       WHERE id = %(source_id)s AND area_id = ANY ((SELECT actor_scope())::integer[])),
                      %(own)s::integer) AS id) chosen
LEFT JOIN area a ON a.id = chosen.id;

-- name: insert
WITH made AS (
    INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, original_lon, original_lat,
                       address, text, opened_at, due_at)
    VALUES (%(source_id)s, %(source_key)s, %(type_id)s, %(area_id)s, %(grid_ids)s::integer[],
            ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326),
            %(lon)s::float8, %(lat)s::float8, %(address)s, %(text)s, %(opened_at)s, %(due_at)s)
    ON CONFLICT (source_id, source_key) DO NOTHING
    RETURNING id, area_id, opened_at
)
INSERT INTO event_log (event_id, area_id, at, action, actor_id)
SELECT id, area_id, opened_at, 'report', %(actor_id)s FROM made
RETURNING event_id;

-- name: close
-- Not before it was opened, also where the second report says another time than the first.
WITH closed AS (
    UPDATE event SET closed_at = greatest(%(closed_at)s, opened_at), settled_at = %(settled_at)s,
                     satisfied = %(satisfied)s
    WHERE source_id = %(source_id)s AND source_key = %(key)s AND closed_at IS NULL
    RETURNING id, area_id, closed_at
)
INSERT INTO event_log (event_id, area_id, at, action, actor_id)
SELECT id, area_id, closed_at, 'close', %(actor_id)s FROM closed
RETURNING event_id;

-- name: read
SELECT e.id, s.name AS source, e.source_key AS key, t.code AS type, e.area_id, e.grid_ids,
       ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, e.address, e.text,
       e.opened_at AS opened, e.due_at AS due, e.yellow_at AS yellow, e.closed_at AS closed,
       e.settled_at AS settled, e.satisfied
FROM event e JOIN source s ON s.id = e.source_id JOIN event_type t ON t.id = e.type_id
WHERE e.source_id = %(source_id)s AND e.source_key = %(key)s;
