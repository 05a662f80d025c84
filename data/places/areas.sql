-- name: all
SELECT a.id, a.code, a.name, a.level, l.rank, a.parent_id, ST_AsBinary(a.geom) AS wkb
FROM area a JOIN level l ON l.code = a.level
WHERE a.valid_to IS NULL
ORDER BY l.rank, a.id;

-- name: named
SELECT a.id, a.level, a.code
FROM area a JOIN level l ON l.code = a.level
WHERE %(code)s IN (a.code, a.level || ':' || a.code) AND a.valid_to IS NULL
  AND a.id = ANY ((SELECT actor_scope())::integer[])
ORDER BY l.rank, a.id;

-- name: below
SELECT area_id FROM area_path WHERE ancestor_id = %(id)s ORDER BY area_id;

-- name: levels
SELECT code, rank, name_zh, name_en FROM level ORDER BY rank;

-- name: add_level
INSERT INTO level (code, rank, name_zh, name_en)
SELECT %(code)s, coalesce(%(rank)s, max(rank) + 1), %(name_zh)s, %(name_en)s FROM level
ON CONFLICT (code) DO NOTHING;

-- name: make_incoming
CREATE TEMP TABLE IF NOT EXISTS incoming_area (
    n integer PRIMARY KEY, level text, code text, name text, parent_id integer,
    geom geometry(MultiPolygon, 4326), population integer, id integer, state text
) ON COMMIT DROP;

-- name: clear_incoming
TRUNCATE incoming_area;

-- name: copy_incoming
COPY incoming_area (n, level, code, name, parent_id, geom, population) FROM STDIN;

-- name: compare
UPDATE incoming_area i SET id = a.id, state = CASE WHEN
    (a.name, a.parent_id) = (i.name, i.parent_id)
    AND (i.geom IS NULL OR a.geom IS NOT DISTINCT FROM i.geom)
    AND (i.population IS NULL OR a.population IS NOT DISTINCT FROM i.population)
    THEN 'unchanged' ELSE 'changed' END
FROM area a
WHERE a.level = i.level AND a.code = i.code AND a.valid_to IS NULL;

-- name: change
UPDATE area a SET name = i.name, parent_id = i.parent_id, geom = coalesce(i.geom, a.geom),
    population = coalesce(i.population, a.population)
FROM incoming_area i
WHERE i.id = a.id AND i.state = 'changed';

-- name: insert
INSERT INTO area (code, name, level, parent_id, geom, population)
SELECT code, name, level, parent_id, geom, population FROM incoming_area
WHERE state IS NULL
ORDER BY n;

-- name: outcome
SELECT i.n, a.id, coalesce(i.state, 'new') AS state
FROM incoming_area i JOIN area a ON a.level = i.level AND a.code = i.code AND a.valid_to IS NULL
ORDER BY i.n;
