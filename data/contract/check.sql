-- name: grids
SELECT g.id, g.kind, g.code, g.name, g.area_id AS host_id, ST_AsBinary(g.geom) AS wkb
FROM grid g JOIN grid_kind k ON k.kind = g.kind
WHERE g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
ORDER BY k.rank, g.kind, g.code, g.id;

-- name: areas
-- Those of the actor's scope: of what lies above it he sees a part of the children only.
SELECT a.id, a.level AS kind, a.code, a.name, a.parent_id AS host_id, ST_AsBinary(a.geom) AS wkb
FROM area a JOIN level l ON l.code = a.level
WHERE a.valid_to IS NULL AND a.id = ANY ((SELECT actor_scope())::integer[])
ORDER BY l.rank, a.code, a.id;
