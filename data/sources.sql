-- name: every
SELECT s.id, s.name, s.kind, a.name AS area, s.coord_sys,
       (SELECT count(*) FROM event e WHERE e.source_id = s.id) AS events,
       (SELECT count(*) FROM actor x WHERE x.source_id = s.id AND x.revoked_at IS NULL) AS tokens
FROM source s JOIN area a ON a.id = s.area_id
ORDER BY s.name;

-- name: systems
SELECT id, coord_sys FROM source WHERE coord_sys <> 'WGS84';

-- name: system_of
SELECT coord_sys FROM source WHERE id = %(id)s::integer OR (%(id)s::integer IS NULL AND name = %(name)s::text);

-- name: set_system
WITH old AS (SELECT id, coord_sys FROM source WHERE name = %(name)s FOR UPDATE)
UPDATE source s SET coord_sys = %(coord_sys)s FROM old WHERE s.id = old.id
RETURNING old.coord_sys AS before;
