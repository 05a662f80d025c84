-- name: me
SELECT p.id, p.code, p.name, a.name AS community
FROM person p LEFT JOIN area a ON a.id = p.area_id WHERE p.id = %(person_id)s;

-- name: posts
SELECT o.role, g.id AS grid_id, g.kind, k.name_zh AS kind_zh, k.name_en AS kind_en, g.code, g.name,
       g.households, g.population,
       ST_XMin(g.geom) AS west, ST_YMin(g.geom) AS south, ST_XMax(g.geom) AS east, ST_YMax(g.geom) AS north
FROM post o
LEFT JOIN grid g ON g.id = o.grid_id
LEFT JOIN grid_kind k ON k.kind = g.kind
CROSS JOIN site
WHERE o.person_id = %(person_id)s AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
ORDER BY o.role = 'stand_in', g.kind = site.load_kind DESC NULLS LAST, ST_Area(g.geom) NULLS LAST, o.id;

-- name: shift_now
SELECT id, planned_start, planned_end, started_at FROM shift
WHERE person_id = %(person_id)s AND started_at <= %(at)s AND coalesce(ended_at, planned_end) > %(at)s
ORDER BY started_at DESC LIMIT 1;

-- name: shift_planned
-- The one that covers now, else the next to come.
SELECT id, planned_start, planned_end FROM shift
WHERE person_id = %(person_id)s AND started_at IS NULL AND planned_end > %(at)s
ORDER BY planned_start LIMIT 1;

-- name: position
SELECT at, accuracy_m, lon, lat FROM latest_position WHERE person_id = %(person_id)s;

-- name: open_events
-- Red first, then by what is due; the light as in data/events/sla.py.
SELECT e.id, ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, y.name_zh, y.name_en, e.text, e.address,
       e.opened_at, e.due_at, e.yellow_at,
       CASE WHEN e.due_at IS NULL THEN 'no_limit' WHEN e.due_at < %(at)s THEN 'red'
            WHEN e.yellow_at <= %(at)s THEN 'yellow' ELSE 'green' END AS light
FROM event e JOIN event_type y ON y.id = e.type_id
WHERE (e.grid_ids && %(grid_ids)s::integer[]
       OR (e.grid_ids && (SELECT coalesce(array_agg(o.id), '{}')  -- what his grids were cut out of
                          FROM grid g JOIN grid o ON o.kind = g.kind AND o.geom && g.geom
                          WHERE g.id = ANY (%(grid_ids)s::integer[]) AND o.valid_to <= %(at)s)
           AND answering_grids(e.grid_ids, e.geom, %(at)s) && %(grid_ids)s::integer[]))
  AND e.opened_at <= %(at)s AND (e.closed_at IS NULL OR e.closed_at > %(at)s)
ORDER BY e.due_at NULLS LAST, e.id LIMIT %(most)s;

-- name: lock_person
SELECT id, area_id FROM person WHERE id = %(person_id)s AND active FOR NO KEY UPDATE;

-- name: start_planned
UPDATE shift SET started_at = %(at)s
WHERE id = (SELECT id FROM shift
            WHERE person_id = %(person_id)s AND started_at IS NULL AND ended_at IS NULL
              AND planned_start <= %(soon)s AND planned_end > %(at)s
            ORDER BY planned_start LIMIT 1);

-- name: start_unplanned
INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
VALUES (%(person_id)s, %(area_id)s, %(at)s, %(until)s, %(at)s)
ON CONFLICT (person_id, planned_start)
DO UPDATE SET started_at = excluded.started_at, ended_at = NULL,
              planned_end = greatest(shift.planned_end, excluded.planned_end);

-- name: leave
UPDATE shift SET ended_at = %(at)s
WHERE person_id = %(person_id)s AND started_at <= %(at)s AND coalesce(ended_at, planned_end) > %(at)s;

-- name: left_until
-- How long a shift that was left today would still have lasted.
SELECT max(planned_end) AS planned_end FROM shift
WHERE person_id = %(person_id)s AND ended_at <= %(at)s AND planned_end > %(at)s;

-- name: ground_grids
SELECT g.id, g.name, ST_AsGeoJSON(ST_Multi(ST_SimplifyPreserveTopology(g.geom, 0.00001)), 6)::jsonb -> 'coordinates' AS shape
FROM grid g CROSS JOIN site
WHERE g.kind = site.load_kind AND g.valid_to IS NULL
  AND g.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)
LIMIT 60;

-- name: my_grid
SELECT ST_AsGeoJSON(ST_Multi(ST_SimplifyPreserveTopology(geom, 0.00001)), 6)::jsonb -> 'coordinates' AS shape
FROM grid WHERE id = %(grid_id)s;

-- name: ground_roads
SELECT class, ST_AsGeoJSON(part.geom, 6)::jsonb -> 'coordinates' AS shape
FROM road CROSS JOIN LATERAL ST_Dump(road.geom) part
WHERE road.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) LIMIT 600;

-- name: ground_buildings
SELECT ST_AsGeoJSON(part.geom, 6)::jsonb -> 'coordinates' -> 0 AS shape
FROM building CROSS JOIN LATERAL ST_Dump(building.geom) part
WHERE building.geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) LIMIT 1500;

-- name: ground_fills
SELECT kind, CASE GeometryType(clipped) WHEN 'POLYGON' THEN jsonb_build_array(shape) ELSE shape END AS shape
FROM (SELECT kind, clipped, ST_AsGeoJSON(clipped, 6)::jsonb -> 'coordinates' AS shape
      FROM (SELECT kind, ST_CollectionExtract(ST_Intersection(
                ST_MakeValid(geom), ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326)), 3) AS clipped
            FROM ground
            WHERE geom && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, 4326) LIMIT 60) c
      WHERE NOT ST_IsEmpty(clipped)) g;

-- name: event_types
SELECT y.code, y.name_zh, y.name_en FROM event_type y LEFT JOIN event_class c ON c.class = y.class
ORDER BY y.urgent DESC, c.rank NULLS LAST, y.id;
