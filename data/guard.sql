-- name: roads
SELECT ST_AsBinary(geom) AS wkb FROM road WHERE class <> 'rail';

-- name: buildings
SELECT ST_AsBinary(geom) AS wkb FROM building;

-- name: areas
SELECT a.level, ST_AsBinary(a.geom) AS wkb FROM area a
WHERE a.valid_to IS NULL AND a.geom IS NOT NULL;

-- name: grids
SELECT kind, ST_AsBinary(geom) AS wkb FROM grid WHERE valid_to IS NULL;

-- name: facilities
SELECT kind, ST_X(geom) AS lon, ST_Y(geom) AS lat FROM facility;

-- name: sources
SELECT name FROM source ORDER BY name;

-- name: events
-- The newest located events of a source, each with the system in which it was read.
SELECT ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, e.coord_sys
FROM event e JOIN source s ON s.id = e.source_id
WHERE s.name = %(name)s AND e.geom IS NOT NULL
ORDER BY e.opened_at DESC LIMIT %(limit)s;

-- name: positions
-- Where the people of a source were each twenty minutes of two days: by the index, since a day of a
-- large site has too many fixes to be read. Only in the system that the source has now.
SELECT h.lon, h.lat, h.coord_sys
FROM source s
CROSS JOIN LATERAL (SELECT l.person_id FROM latest_position l WHERE l.source_id = s.id
                    ORDER BY l.person_id LIMIT 500) p
CROSS JOIN generate_series(0, 143) AS back
CROSS JOIN LATERAL (
    SELECT f.lon, f.lat, f.source_id, f.coord_sys FROM position_history f
    WHERE f.person_id = p.person_id
      AND f.at <= %(at)s::timestamptz - back * interval '20 minutes'
      AND f.at > %(at)s::timestamptz - (back + 1) * interval '20 minutes'
    ORDER BY f.at DESC LIMIT 1) h
WHERE s.name = %(name)s AND h.source_id = s.id AND h.coord_sys = s.coord_sys
LIMIT %(limit)s;
