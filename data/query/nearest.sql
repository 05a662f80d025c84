-- name: fresh
-- Who is on duty and fresh, by way of the index on cells: of growing squares of cells the first in which
-- `count` people stand so near that nobody outside can be nearer. The sphere's distances are off by three
-- in a thousand: of a few more than `k` the spheroid decides. Nothing where no square has as many.
WITH around AS MATERIALIZED (
    SELECT * FROM cells_around(%(lon)s, %(lat)s, 1, 3, 9, 27)
), few AS MATERIALIZED (
    SELECT f.* FROM around w CROSS JOIN LATERAL (
        SELECT array_agg(m.person_id) AS ids, array_agg(m.at) AS ats, array_agg(m.lon) AS lons,
               array_agg(m.lat) AS lats, array_agg(m.accuracy_m) AS accuracies
        FROM (SELECT m.* FROM (
                  SELECT l.person_id, l.at, l.lon, l.lat, l.accuracy_m,
                         haversine(l.lon, l.lat, %(lon)s, %(lat)s) AS h
                  FROM latest_position l
                  WHERE l.cell_y = ANY (w.rows) AND l.cell_x >= w.west AND l.cell_x <= w.east
                    AND l.at >= %(fresh_since)s AND l.at <= %(horizon)s
                  ORDER BY h OFFSET 0) m
              CROSS JOIN LATERAL (
                  SELECT max(s.started_at) AS started_at FROM shift s
                  WHERE s.person_id = m.person_id AND s.planned_start > %(after)s AND s.planned_start <= %(until)s
                    AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) d
              WHERE m.at >= d.started_at AND m.h <= w.h
              LIMIT %(count)s) m
        HAVING count(*) = %(count)s) f
    LIMIT 1)
SELECT p.id, p.code, p.name, true AS on_duty, f.at, f.lon, f.lat, f.accuracy_m, f.distance_m,
       o.post, o.grid, o.open_events, o.calls_today
FROM (SELECT u.*, ST_Distance(ST_SetSRID(ST_MakePoint(u.lon, u.lat), 4326)::geography,
                              ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) AS distance_m
      FROM few, unnest(few.ids, few.ats, few.lons, few.lats, few.accuracies)
                AS u (person_id, at, lon, lat, accuracy_m)
      ORDER BY distance_m LIMIT %(k)s) f
JOIN person p ON p.id = f.person_id AND p.active
LEFT JOIN LATERAL load_of(p.id, %(at)s, %(midnight)s, %(roles)s::text[]) o ON true;

-- name: everybody
-- The same question without the index: all who are on duty with a position of their shift, then who
-- went off duty and was seen until a moment ago. Asked where too few are fresh.
WITH on_duty AS (
    SELECT person_id, max(started_at) AS started_at FROM shift
    WHERE planned_start > %(after)s AND planned_start <= %(until)s
      AND started_at <= %(at)s AND coalesce(ended_at, planned_end) > %(at)s
    GROUP BY person_id
), few AS MATERIALIZED (
    SELECT l.person_id, l.at, l.lon, l.lat, l.accuracy_m, d.person_id IS NOT NULL AS on_duty
    FROM latest_position l LEFT JOIN on_duty d ON d.person_id = l.person_id
    WHERE l.at <= %(horizon)s
      AND (l.at >= d.started_at OR (d.person_id IS NULL AND l.at >= %(offline_since)s))
      AND EXISTS (SELECT FROM person p WHERE p.id = l.person_id AND p.active)
    ORDER BY d.person_id IS NULL, l.at < %(fresh_since)s, haversine(l.lon, l.lat, %(lon)s, %(lat)s)
    LIMIT %(count)s)
SELECT p.id, p.code, p.name, f.on_duty, f.at, f.lon, f.lat, f.accuracy_m,
       ST_Distance(ST_SetSRID(ST_MakePoint(f.lon, f.lat), 4326)::geography,
                   ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) AS distance_m,
       o.post, o.grid, o.open_events, o.calls_today
FROM few f JOIN person p ON p.id = f.person_id
LEFT JOIN LATERAL load_of(p.id, %(at)s, %(midnight)s, %(roles)s::text[]) o ON true;

-- name: neighbours
-- Runs as the system. No name, no id, no point leaves it: the distance is that of the middle of a cell of
-- 560 m, twice the width of those that are indexed, and so up to 400 m off. Of growing squares of cells the
-- first in which `k` people stand whom nobody outside can outdo; the last holds everybody to `furthest_m`.
WITH around AS MATERIALIZED (
    SELECT c.*, CASE WHEN c.n = o.n THEN %(furthest_m)s ELSE 12742017.6 * asin(sqrt(c.h)) - 400 END AS sure_m,
           c.n = o.n AS outermost
    FROM (SELECT ceil((%(furthest_m)s + 400) / (277 * cos(radians(%(lat)s))))::integer) o (n),
         cells_around(%(lon)s, %(lat)s, 4, 9, o.n) c
), outside AS MATERIALIZED (
    SELECT coalesce(array_agg(a.id), '{}') AS ids FROM area a
    WHERE a.valid_to IS NULL
      AND NOT EXISTS (SELECT FROM area_path p WHERE p.ancestor_id = %(area_id)s AND p.area_id = a.id)
), few AS MATERIALIZED (
    SELECT f.* FROM around w CROSS JOIN LATERAL (
        SELECT array_agg(l.person_id) AS ids, array_agg(l.area_id) AS areas, array_agg(l.metres) AS metres
        FROM (SELECT l.* FROM (
                  SELECT l.person_id, l.area_id, l.at,
                         12742017.6 * asin(sqrt(haversine(floor(l.lon * 200) / 200, floor(l.lat * 200) / 200,
                                                          %(lon)s - 0.0025, %(lat)s - 0.0025))) AS metres
                  FROM latest_position l
                  WHERE l.cell_y = ANY (w.rows) AND l.cell_x >= w.west AND l.cell_x <= w.east
                    AND l.area_id = ANY ((SELECT ids FROM outside)::integer[])
                    AND l.at >= %(offline_since)s AND l.at <= %(horizon)s
                  ORDER BY metres OFFSET 0) l
              CROSS JOIN LATERAL (
                  SELECT max(s.started_at) AS started_at FROM shift s
                  WHERE s.person_id = l.person_id AND s.planned_start > %(after)s AND s.planned_start <= %(until)s
                    AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) d
              WHERE l.at >= d.started_at AND l.metres <= w.sure_m
              LIMIT %(k)s) l
        HAVING w.outermost OR count(*) = %(k)s) f
    LIMIT 1)
SELECT n.metres, o.role AS post, a.id AS ask_area_id, a.name AS ask_area, a.level AS ask_level
FROM few CROSS JOIN unnest(few.ids, few.areas, few.metres) AS n (person_id, area_id, metres)
LEFT JOIN LATERAL (
    SELECT o.role FROM post o
    WHERE o.person_id = n.person_id AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
    ORDER BY array_position(%(roles)s::text[], o.role) NULLS LAST, o.id LIMIT 1) o ON true
CROSS JOIN LATERAL (
    SELECT a.id, a.name, a.level FROM area_path mine
    JOIN area_path his ON his.ancestor_id = mine.ancestor_id AND his.area_id = n.area_id
    JOIN area a ON a.id = mine.ancestor_id JOIN level v ON v.code = a.level
    WHERE mine.area_id = %(area_id)s ORDER BY v.rank DESC LIMIT 1) a;
