-- name: version
SELECT left(md5(
    (SELECT coalesce(string_agg(id || ':' || name || ':' || md5(coalesce(ST_AsBinary(geom), '')), ',' ORDER BY id), '')
     FROM area WHERE valid_to IS NULL)
    || (SELECT coalesce(string_agg(id || ':' || version || ':' || kind || ':' || name || ':'
                                   || md5(ST_AsBinary(geom)), ',' ORDER BY id), '')
        FROM grid WHERE valid_from <= %(at)s AND (valid_to IS NULL OR valid_to > %(at)s))
    || (SELECT coalesce(string_agg(id || ':' || name || ':' || kind || ':' || coalesce(service_radius_m, 0)
                                   || ':' || ST_X(geom) || ':' || ST_Y(geom), ',' ORDER BY id), '') FROM facility)
    || (SELECT coalesce(string_agg(grid_id || ':' || person_id, ',' ORDER BY grid_id, person_id), '')
        FROM post WHERE role = 'grid_worker' AND valid_from <= %(at)s AND (valid_to IS NULL OR valid_to > %(at)s))
    || (SELECT concat_ws(':', count(*), max(id), sum(hashtext(content_hash))) FROM building)
    || (SELECT concat_ws(':', count(*), max(id), sum(hashtext(content_hash))) FROM road)
    || (SELECT concat_ws(':', count(*), max(id), sum(hashtext(content_hash))) FROM ground)), 12) AS version;

-- name: areas
SELECT a.id, a.level, a.code, a.parent_id,
       least(ST_XMin(a.geom), g.west) AS west, least(ST_YMin(a.geom), g.south) AS south,
       greatest(ST_XMax(a.geom), g.east) AS east, greatest(ST_YMax(a.geom), g.north) AS north
FROM area a
LEFT JOIN (SELECT area_id, min(ST_XMin(geom)) AS west, min(ST_YMin(geom)) AS south,
                  max(ST_XMax(geom)) AS east, max(ST_YMax(geom)) AS north
           FROM grid WHERE valid_to IS NULL GROUP BY area_id) g ON g.area_id = a.id
JOIN level l ON l.code = a.level
WHERE a.valid_to IS NULL
ORDER BY l.rank, a.id;

-- name: paths
SELECT ancestor_id, area_id FROM area_path;

-- name: grids
SELECT g.id, g.area_id, g.kind, g.name, count(DISTINCT p.person_id)::integer AS workers
FROM grid g
LEFT JOIN post p ON p.grid_id = g.id AND p.role = 'grid_worker'
     AND p.valid_from <= %(at)s AND (p.valid_to IS NULL OR p.valid_to > %(at)s)
WHERE g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
GROUP BY g.id;
