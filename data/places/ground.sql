-- name: make_incoming
CREATE TEMP TABLE IF NOT EXISTS incoming_ground (
    n integer PRIMARY KEY, code text, name text, geom geometry(Geometry, 4326), class text, area_id integer,
    dwellings integer, content_hash text, state text
) ON COMMIT DROP;

-- name: clear_incoming
TRUNCATE incoming_ground;

-- name: copy_incoming
COPY incoming_ground (n, code, name, geom, class, area_id, dwellings, content_hash) FROM STDIN;

-- name: compare_roads
UPDATE incoming_ground i SET state = CASE WHEN r.content_hash = i.content_hash THEN 'unchanged' ELSE 'changed' END
FROM road r WHERE r.code = i.code;

-- name: upsert_roads
INSERT INTO road (code, class, name, geom, content_hash)
SELECT code, class, name, geom, content_hash FROM incoming_ground WHERE state IS DISTINCT FROM 'unchanged' ORDER BY n
ON CONFLICT (code) DO UPDATE SET class = excluded.class, name = excluded.name, geom = excluded.geom,
    content_hash = excluded.content_hash;

-- name: outcome_roads
SELECT r.id, coalesce(i.state, 'new') AS state FROM incoming_ground i JOIN road r ON r.code = i.code ORDER BY i.n;

-- name: compare_fills
UPDATE incoming_ground i SET state = CASE WHEN g.content_hash = i.content_hash THEN 'unchanged' ELSE 'changed' END
FROM ground g WHERE g.code = i.code AND g.kind = %(kind)s;

-- name: upsert_fills
INSERT INTO ground (code, kind, name, geom, content_hash)
SELECT code, %(kind)s, name, geom, content_hash FROM incoming_ground
WHERE state IS DISTINCT FROM 'unchanged' ORDER BY n
ON CONFLICT (kind, code) DO UPDATE SET name = excluded.name, geom = excluded.geom,
    content_hash = excluded.content_hash;

-- name: outcome_fills
SELECT g.id, coalesce(i.state, 'new') AS state
FROM incoming_ground i JOIN ground g ON g.code = i.code AND g.kind = %(kind)s ORDER BY i.n;

-- name: compare_buildings
UPDATE incoming_ground i SET state = CASE
    WHEN b.content_hash = i.content_hash AND b.area_id = i.area_id THEN 'unchanged' ELSE 'changed' END
FROM building b WHERE b.code = i.code;

-- name: upsert_buildings
INSERT INTO building AS b (code, area_id, dwellings, geom, content_hash)
SELECT code, area_id, coalesce(dwellings, 0), geom, content_hash FROM incoming_ground
WHERE state IS DISTINCT FROM 'unchanged' ORDER BY n
ON CONFLICT (code) DO UPDATE SET area_id = excluded.area_id, dwellings = excluded.dwellings, geom = excluded.geom,
    content_hash = excluded.content_hash;

-- name: outcome_buildings
SELECT b.id, coalesce(i.state, 'new') AS state
FROM incoming_ground i JOIN building b ON b.code = i.code ORDER BY i.n;
