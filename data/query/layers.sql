-- name: areas
-- An area without a shape of its own is the union of what lies below it.
SELECT a.id, a.code, a.name, a.level, l.rank, a.parent_id, a.population,
       ST_AsGeoJSON(coalesce(a.geom, (
           SELECT ST_Union(c.geom) FROM area_path p JOIN area c ON c.id = p.area_id
           WHERE p.ancestor_id = a.id AND c.geom IS NOT NULL AND c.valid_to IS NULL
             AND NOT EXISTS (SELECT FROM area_path q JOIN area b ON b.id = q.ancestor_id
                             WHERE q.area_id = c.id AND b.id <> c.id AND b.geom IS NOT NULL
                               AND b.id IN (SELECT area_id FROM area_path WHERE ancestor_id = a.id)))), 6) AS geometry
FROM area a JOIN level l ON l.code = a.level
WHERE a.valid_to IS NULL AND a.id = ANY ((SELECT actor_scope())::integer[])
  AND (%(kind)s::text IS NULL OR a.level = %(kind)s)
  AND (%(areas)s::integer[] IS NULL OR a.id = ANY (%(areas)s::integer[]))
  AND %(at)s::timestamptz IS NOT NULL
ORDER BY l.rank, a.id;

-- name: grids
SELECT g.id, g.kind, g.code, g.name, g.area_id, g.households, g.population, g.version,
       (SELECT count(DISTINCT p.person_id)::integer FROM post p
        WHERE p.grid_id = g.id AND p.role = 'grid_worker' AND p.valid_from <= %(at)s
          AND (p.valid_to IS NULL OR p.valid_to > %(at)s)) AS workers,
       ST_AsGeoJSON(g.geom, 6) AS geometry
FROM grid g
WHERE g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
  AND (%(kind)s::text IS NULL OR g.kind = %(kind)s)
  AND (%(areas)s::integer[] IS NULL OR g.area_id = ANY (%(areas)s::integer[]))
ORDER BY g.id;

-- name: facilities
SELECT f.id, f.code, f.kind, k.name_zh AS kind_zh, k.name_en AS kind_en, f.name, f.area_id,
       f.service_radius_m, f.address, ST_AsGeoJSON(f.geom, 6) AS geometry
FROM facility f JOIN facility_kind k ON k.kind = f.kind
WHERE (%(kind)s::text IS NULL OR f.kind = %(kind)s)
  AND (%(areas)s::integer[] IS NULL OR f.area_id = ANY (%(areas)s::integer[]))
  AND %(at)s::timestamptz IS NOT NULL
ORDER BY f.id;

-- name: roads
-- The ground is nobody's: roads and waters are shown whole.
SELECT id, class, name, ST_AsGeoJSON(geom, 6) AS geometry FROM road
WHERE (%(kind)s::text IS NULL OR class = %(kind)s)
  AND %(at)s::timestamptz IS NOT NULL AND (%(areas)s::integer[] IS NULL OR true)
ORDER BY id;

-- name: ground
SELECT id, kind, name, ST_AsGeoJSON(geom, 6) AS geometry FROM ground
WHERE (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND %(at)s::timestamptz IS NOT NULL AND (%(areas)s::integer[] IS NULL OR true)
ORDER BY id;

-- name: buildings
SELECT id, dwellings, area_id, ST_AsGeoJSON(geom, 6) AS geometry FROM building
WHERE (%(areas)s::integer[] IS NULL OR area_id = ANY (%(areas)s::integer[]))
  AND %(at)s::timestamptz IS NOT NULL AND %(kind)s::text IS NULL
ORDER BY id;
