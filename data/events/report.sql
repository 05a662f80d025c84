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

-- name: known
SELECT closed_at IS NULL AS open, %(revised_at)s::timestamptz > coalesce(revised_at, opened_at) AS newer
FROM event WHERE source_id = %(source_id)s AND source_key = %(key)s;

-- name: insert
WITH made AS (
    INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, original_lon, original_lat,
                       coord_sys, address, text, opened_at, due_at, revised_at, detail, extent, closed_at)
    VALUES (%(source_id)s, %(key)s, %(type_id)s, %(area_id)s, %(grid_ids)s::integer[],
            ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326),
            %(original_lon)s::float8, %(original_lat)s::float8, %(coord_sys)s, %(address)s, %(text)s,
            %(opened_at)s, %(due_at)s, %(revised_at)s, %(detail)s::jsonb, %(extent)s::geometry, %(until)s)
    ON CONFLICT (source_id, source_key) DO NOTHING
    RETURNING id, area_id, opened_at
)
INSERT INTO event_log (event_id, area_id, at, action, actor_id)
SELECT id, area_id, opened_at, 'report', %(actor_id)s FROM made
RETURNING event_id;

-- name: revise
-- A newer word of the source about what is open. Where and when it was first reported stays, but
-- for a new place: that has its own area and grids. What ends by itself may go on.
WITH revised AS (
    UPDATE event SET type_id = %(type_id)s, address = coalesce(%(address)s, address),
        text = coalesce(nullif(%(text)s, ''), text),
        due_at = CASE WHEN %(own_due_at)s::timestamptz IS NOT NULL THEN %(own_due_at)s
                      WHEN type_id = %(type_id)s THEN due_at ELSE opened_at + %(limit)s::interval END,
        revised_at = %(revised_at)s, detail = detail || %(detail)s::jsonb,
        extent = coalesce(%(extent)s::geometry, extent),
        closed_at = CASE WHEN %(ends_itself)s THEN %(until)s::timestamptz ELSE closed_at END,
        geom = coalesce(ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326), geom),
        original_lon = coalesce(%(original_lon)s::float8, original_lon),
        original_lat = coalesce(%(original_lat)s::float8, original_lat),
        coord_sys = CASE WHEN %(original_lon)s::float8 IS NULL THEN coord_sys ELSE %(coord_sys)s END,
        area_id = CASE WHEN moved THEN %(area_id)s ELSE area_id END,
        grid_ids = CASE WHEN moved THEN %(grid_ids)s::integer[] ELSE grid_ids END
    FROM (SELECT id AS held_id, %(lon)s::float8 IS NOT NULL AND
                 (original_lon, original_lat, coord_sys)
                 IS DISTINCT FROM (%(original_lon)s::float8, %(original_lat)s::float8, %(coord_sys)s::text)
                 OR %(extent)s::geometry IS NOT NULL AS moved
          FROM event WHERE source_id = %(source_id)s AND source_key = %(key)s) held
    WHERE id = held_id AND (closed_at IS NULL OR %(ends_itself)s) AND coalesce(revised_at, opened_at) < %(revised_at)s
    RETURNING id, area_id
)
INSERT INTO event_log (event_id, area_id, at, action, actor_id)
SELECT id, area_id, %(at)s, 'update', %(actor_id)s FROM revised
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

-- name: ended
SELECT source_key FROM event
WHERE source_id = %(source_id)s AND source_key = ANY (%(keys)s::text[]) AND closed_at <= %(at)s;
