-- name: people
-- Active people and the shifts that they have begun, around now; codes NULL = everybody.
SELECT p.id, p.code, p.area_id,
       coalesce(s.starts, '{}') AS starts, coalesce(s.ends, '{}') AS ends
FROM person p
LEFT JOIN LATERAL (
    SELECT array_agg(started_at ORDER BY started_at) AS starts,
           array_agg(coalesce(ended_at, planned_end) ORDER BY started_at) AS ends
    FROM shift
    WHERE person_id = p.id AND started_at <= %(end)s
      AND coalesce(ended_at, planned_end) >= %(start)s
      AND planned_start >= %(start)s::timestamptz - interval '30 days'
) s ON true
WHERE p.active AND (%(codes)s::text[] IS NULL OR p.code = ANY (%(codes)s::text[]));

-- name: seen
SELECT person_id, at, lon, lat, accuracy_m FROM latest_position;

-- name: scopes
SELECT ancestor_id, array_agg(area_id) AS areas FROM area_path GROUP BY ancestor_id;

-- name: box
-- What the site covers, by its areas and grids.
SELECT ST_XMin(box) AS west, ST_YMin(box) AS south, ST_XMax(box) AS east, ST_YMax(box) AS north
FROM (SELECT ST_Extent(geom) AS box
      FROM (SELECT geom FROM area WHERE valid_to IS NULL
            UNION ALL SELECT geom FROM grid WHERE valid_to IS NULL) g) e;

-- name: grids
SELECT id, kind, ST_AsBinary(geom) AS wkb FROM grid WHERE valid_to IS NULL ORDER BY id;
