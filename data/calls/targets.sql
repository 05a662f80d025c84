-- name: place_of_event
SELECT answering_grids(e.grid_ids, e.geom, %(at)s) AS grid_ids, e.area_id, ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat
FROM event e WHERE e.id = %(id)s AND e.opened_at <= %(at)s;

-- name: place_of_grid
SELECT ARRAY[g.id] AS grid_ids, g.area_id, ST_X(c.point) AS lon, ST_Y(c.point) AS lat
FROM grid g CROSS JOIN LATERAL (SELECT ST_PointOnSurface(g.geom) AS point) c
WHERE g.id = %(id)s AND g.valid_from <= %(at)s;

-- name: place_of_facility
SELECT ARRAY(SELECT g.id FROM grid g
             WHERE g.valid_to IS NULL AND g.valid_from <= %(at)s AND ST_Intersects(g.geom, f.geom)) AS grid_ids,
       f.area_id, ST_X(f.geom) AS lon, ST_Y(f.geom) AS lat
FROM facility f WHERE f.id = %(id)s;

-- name: place_of_person
SELECT '{}'::integer[] AS grid_ids, p.area_id, l.lon, l.lat
FROM person p LEFT JOIN latest_position l ON l.person_id = p.id AND l.at <= %(at)s
WHERE p.id = %(id)s;

-- name: responsible
-- Holders of posts on these grids; without a grid, of posts in the area itself.
SELECT p.id AS person_id, p.name, o.role, g.name AS grid, ST_Area(g.geom) AS grid_size,
       s.started_at IS NOT NULL AS on_duty,
       EXISTS (SELECT FROM presence x
               WHERE x.person_id = p.id AND x.kind = 'duty'
                 AND x.seen_at > %(real)s::timestamptz - make_interval(secs => %(lasts_s)s)) AS page_open,
       CASE WHEN l.at >= s.started_at AND l.at <= %(at)s
            THEN ST_Distance(ST_SetSRID(ST_MakePoint(l.lon, l.lat), 4326)::geography,
                              ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) END AS distance_m
FROM post o
JOIN person p ON p.id = o.person_id AND p.active
LEFT JOIN grid g ON g.id = o.grid_id
LEFT JOIN LATERAL (
    SELECT max(s.started_at) AS started_at FROM shift s
    WHERE s.person_id = p.id AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) s ON true
LEFT JOIN latest_position l ON l.person_id = p.id
WHERE o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
  AND (o.grid_id = ANY (%(grid_ids)s::integer[])
       OR (cardinality(%(grid_ids)s::integer[]) = 0 AND o.area_id = %(area_id)s));

-- name: person
SELECT p.id AS person_id, p.name, o.role, g.name AS grid, NULL::float AS grid_size,
       s.started_at IS NOT NULL AS on_duty,
       EXISTS (SELECT FROM presence x
               WHERE x.person_id = p.id AND x.kind = 'duty'
                 AND x.seen_at > %(real)s::timestamptz - make_interval(secs => %(lasts_s)s)) AS page_open,
       NULL::float AS distance_m
FROM person p
LEFT JOIN LATERAL (
    SELECT o.role, o.grid_id FROM post o
    WHERE o.person_id = p.id AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
    ORDER BY o.grid_id IS NULL, o.id LIMIT 1) o ON true
LEFT JOIN grid g ON g.id = o.grid_id
LEFT JOIN LATERAL (
    SELECT max(s.started_at) AS started_at FROM shift s
    WHERE s.person_id = p.id AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) s ON true
WHERE p.id = %(id)s AND p.active;
