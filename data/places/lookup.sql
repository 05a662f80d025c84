-- name: locate
-- One owner per kind, the smallest id, as geo/grids.py has it. ST_Relate asks GEOS, which is exact
-- on borders; ST_Covers rounds. The area is the finest one whose outline covers the point, else
-- that of the first grid.
WITH here AS (
    SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS point
), owner AS (
    SELECT DISTINCT ON (g.kind) g.id, g.area_id
    FROM here JOIN grid g ON g.geom && here.point AND ST_Relate(g.geom, here.point, '******FF*')
    WHERE g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
    ORDER BY g.kind, g.id
), finest AS (
    SELECT a.id
    FROM here JOIN area a ON a.geom && here.point AND ST_Relate(a.geom, here.point, '******FF*')
    JOIN level l ON l.code = a.level
    WHERE a.valid_to IS NULL
    ORDER BY l.rank DESC, a.id LIMIT 1
)
SELECT coalesce((SELECT array_agg(id ORDER BY id) FROM owner), '{}') AS grid_ids,
       coalesce((SELECT id FROM finest), (SELECT area_id FROM owner ORDER BY id LIMIT 1)) AS area_id;

-- name: grids
SELECT g.id, g.kind, k.name_zh AS kind_name_zh, k.name_en AS kind_name_en, g.code, g.name,
       g.area_id, a.name AS area_name
FROM grid g JOIN grid_kind k ON k.kind = g.kind LEFT JOIN area a ON a.id = g.area_id
WHERE g.id = ANY (%(grid_ids)s::integer[])
ORDER BY k.rank, g.kind, g.id;

-- name: people
SELECT p.grid_id, x.id AS person_id, x.name, p.role AS post,
       EXISTS (SELECT FROM shift s
               WHERE s.person_id = x.id AND s.started_at <= %(at)s
                 AND %(at)s < coalesce(s.ended_at, s.planned_end)) AS on_duty
FROM post p JOIN person x ON x.id = p.person_id AND x.active
WHERE p.grid_id = ANY (%(grid_ids)s::integer[])
  AND p.valid_from <= %(at)s AND (p.valid_to IS NULL OR p.valid_to > %(at)s)
ORDER BY p.grid_id, CASE p.role WHEN 'grid_chief' THEN 0 WHEN 'grid_instructor' THEN 1
                                WHEN 'grid_worker' THEN 2 WHEN 'stand_in' THEN 3 ELSE 4 END, x.name, x.id;

-- name: phones
SELECT c.person_id, c.address
FROM contact c
WHERE c.channel = 'phone'
  AND c.person_id IN (SELECT person_id FROM post WHERE grid_id = ANY (%(grid_ids)s::integer[]));
