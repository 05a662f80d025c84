-- name: fresh
-- Who is on duty and fresh, by way of the index on cells (280 m, 200 m from their middle). `ring`
-- takes `count` people of the nearest cells, which tells how far to look for `count` people at most; `near` is
-- everybody so far away. `h` orders by the sphere, which is off by three in a thousand: of a few more
-- than `k` the spheroid decides.
WITH here AS MATERIALIZED (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s - 0.00125, %(lat)s - 0.00125), 4326)::geography AS corner
), ring AS MATERIALIZED (
    SELECT max(haversine(s.lon, s.lat, %(lon)s, %(lat)s)) AS h
    FROM here CROSS JOIN LATERAL (
        SELECT l.lon, l.lat FROM latest_position l
        WHERE l.at >= %(fresh_since)s AND l.at <= %(horizon)s
        ORDER BY l.cell <-> here.corner LIMIT %(count)s) s
), box AS MATERIALIZED (
    SELECT _ST_Expand(corner, 200 + 1.01 * (SELECT 12742017.6 * asin(sqrt(h)) FROM ring)) AS box FROM here
), near AS (
    SELECT l.person_id, l.at, l.lon, l.lat, l.accuracy_m, haversine(l.lon, l.lat, %(lon)s, %(lat)s) AS h
    FROM box b JOIN latest_position l ON l.cell && b.box
    WHERE l.at >= %(fresh_since)s AND l.at <= %(horizon)s
    ORDER BY h OFFSET 0
), few AS MATERIALIZED (
    SELECT n.*, ST_Distance(ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326)::geography,
                            ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) AS distance_m
    FROM near n CROSS JOIN LATERAL (
        SELECT max(s.started_at) AS started_at FROM shift s
        WHERE s.person_id = n.person_id AND s.planned_start > %(after)s AND s.planned_start <= %(until)s
          AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) d
    WHERE n.at >= d.started_at
    ORDER BY n.h LIMIT %(count)s)
SELECT p.id, p.code, p.name, true AS on_duty, f.at, f.lon, f.lat, f.accuracy_m, f.distance_m,
       o.post, o.grid, o.open_events, o.calls_today
FROM (SELECT * FROM few ORDER BY distance_m LIMIT %(k)s) f JOIN person p ON p.id = f.person_id AND p.active
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
-- Runs as the system. No name, no id, no point leaves it: the distance is that of a cell of 560 m,
-- twice the width of those that are indexed.
WITH here AS MATERIALIZED (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s - 0.0025, %(lat)s - 0.0025), 4326)::geography AS wide,
           ST_SetSRID(ST_MakePoint(%(lon)s - 0.00125, %(lat)s - 0.00125), 4326)::geography AS corner
), outside AS MATERIALIZED (
    SELECT coalesce(array_agg(a.id), '{}') AS ids FROM area a
    WHERE a.valid_to IS NULL
      AND NOT EXISTS (SELECT FROM area_path p WHERE p.ancestor_id = %(area_id)s AND p.area_id = a.id)
)
SELECT n.metres, n.post, a.id AS ask_area_id, a.name AS ask_area, a.level AS ask_level
FROM (SELECT l.person_id, l.area_id, l.metres, o.role AS post
      FROM here CROSS JOIN LATERAL (
            SELECT l.person_id, l.area_id, l.at,
                   ST_Distance(ST_SetSRID(ST_MakePoint(floor(l.lon * 200) / 200, floor(l.lat * 200) / 200),
                                          4326)::geography, here.wide) AS metres
            FROM latest_position l
            WHERE l.area_id = ANY ((SELECT ids FROM outside)::integer[])
              AND l.at >= %(offline_since)s AND l.at <= %(horizon)s
              AND l.cell && _ST_Expand(here.corner, %(furthest_m)s + 300)
            ORDER BY l.cell <-> here.corner
            OFFSET 0) l
      CROSS JOIN LATERAL (
          SELECT max(s.started_at) AS started_at FROM shift s
          WHERE s.person_id = l.person_id AND s.planned_start > %(after)s AND s.planned_start <= %(until)s
            AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) d
      LEFT JOIN LATERAL (
          SELECT o.role FROM post o
          WHERE o.person_id = l.person_id AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
          ORDER BY array_position(%(roles)s::text[], o.role) NULLS LAST, o.id LIMIT 1) o ON true
      WHERE l.at >= d.started_at AND l.metres <= %(furthest_m)s
      LIMIT %(k)s) n
CROSS JOIN LATERAL (
    SELECT a.id, a.name, a.level FROM area_path mine
    JOIN area_path his ON his.ancestor_id = mine.ancestor_id AND his.area_id = n.area_id
    JOIN area a ON a.id = mine.ancestor_id JOIN level v ON v.code = a.level
    WHERE mine.area_id = %(area_id)s ORDER BY v.rank DESC LIMIT 1) a;
