-- name: at
SELECT g.id, g.kind, g.code, g.name, g.area_id AS host_id, ST_AsBinary(g.geom) AS wkb
FROM grid g
WHERE g.kind = %(kind)s AND g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
ORDER BY g.code, g.id;

-- name: days
-- The instants at which a kind was cut, newest first.
SELECT DISTINCT g.valid_from AS at FROM grid g
WHERE g.kind = %(kind)s AND g.valid_from > '-infinity'
ORDER BY 1 DESC LIMIT 50;
