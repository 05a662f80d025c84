-- name: kinds
SELECT kind, rank, name_zh, name_en, tiles, tiles_with FROM grid_kind ORDER BY rank, kind;

-- name: add_kind
INSERT INTO grid_kind (kind, rank, name_zh, name_en)
SELECT %(kind)s, coalesce(max(rank), 0) + 1, %(name_zh)s, %(name_en)s FROM grid_kind
ON CONFLICT (kind) DO NOTHING;

-- name: follow
-- What tiled with this kind goes with it, or stands alone where it tiles no more.
UPDATE grid_kind SET tiles = true, tiles_with = CASE WHEN kind <> %(lead)s::text THEN %(lead)s::text END
WHERE kind = %(lead)s::text OR tiles_with = %(kind)s;

-- name: set_tiling
UPDATE grid_kind SET tiles = %(tiles)s, tiles_with = %(lead)s WHERE kind = %(kind)s;

-- name: versions
SELECT id, kind, area_id, ST_AsBinary(geom) AS wkb, nullif(valid_from, '-infinity') AS valid_from, valid_to
FROM grid
ORDER BY id;

-- name: make_incoming
CREATE TEMP TABLE IF NOT EXISTS incoming_grid (
    n integer PRIMARY KEY, kind text, code text, name text, area_id integer,
    geom geometry(MultiPolygon, 4326), households integer, population integer, content_hash text,
    old_id integer, state text
) ON COMMIT DROP;

-- name: clear_incoming
TRUNCATE incoming_grid;

-- name: copy_incoming
COPY incoming_grid (n, kind, code, name, area_id, geom, households, population, content_hash) FROM STDIN;

-- name: compare
UPDATE incoming_grid i SET old_id = g.id, state = CASE
    WHEN g.content_hash = i.content_hash AND g.area_id = i.area_id THEN 'unchanged'
    WHEN g.geom = i.geom THEN 'changed'
    ELSE 'recut' END
FROM grid g
WHERE g.kind = i.kind AND g.code = i.code AND g.valid_to IS NULL;

-- name: change
UPDATE grid g SET name = i.name, area_id = i.area_id, content_hash = i.content_hash,
    households = coalesce(i.households, g.households), population = coalesce(i.population, g.population)
FROM incoming_grid i
WHERE g.id = i.old_id AND i.state = 'changed';

-- name: retire
UPDATE grid g SET valid_to = greatest(%(at)s, g.valid_from)
FROM incoming_grid i
WHERE g.id = i.old_id AND i.state = 'recut';

-- name: insert
INSERT INTO grid (kind, code, name, area_id, geom, households, population, version, predecessor,
                  valid_from, content_hash)
SELECT i.kind, i.code, i.name, i.area_id, i.geom, coalesce(i.households, o.households),
       coalesce(i.population, o.population), coalesce(o.version + 1, 1),
       CASE WHEN o.id IS NULL THEN '{}' ELSE ARRAY[o.id] END,
       CASE WHEN o.id IS NULL THEN '-infinity' ELSE o.valid_to END, i.content_hash
FROM incoming_grid i LEFT JOIN grid o ON o.id = i.old_id
WHERE i.state IS NULL OR i.state = 'recut'
ORDER BY i.n;

-- name: later_posts
-- Posts that begin with the new outline, or after it, begin on the new version.
UPDATE post p SET grid_id = g.id, area_id = g.area_id
FROM incoming_grid i JOIN grid g ON g.kind = i.kind AND g.code = i.code AND g.valid_to IS NULL
WHERE i.state = 'recut' AND p.grid_id = i.old_id AND p.valid_from >= g.valid_from;

-- name: carry_posts
-- The others end with the old version and go on with the new one: each day keeps its posts.
WITH held AS (
    SELECT p.id, p.person_id, p.role, g.id AS grid_id, g.area_id, g.valid_from, p.valid_to, p.source_id
    FROM incoming_grid i
    JOIN grid g ON g.kind = i.kind AND g.code = i.code AND g.valid_to IS NULL
    JOIN post p ON p.grid_id = i.old_id
    WHERE i.state = 'recut' AND p.valid_from < g.valid_from AND (p.valid_to IS NULL OR p.valid_to > g.valid_from)),
ended AS (UPDATE post p SET valid_to = held.valid_from FROM held WHERE p.id = held.id)
INSERT INTO post (person_id, role, grid_id, area_id, valid_from, valid_to, source_id)
SELECT person_id, role, grid_id, area_id, valid_from, valid_to, source_id FROM held ORDER BY id;

-- name: adopt_events
-- Events that came before this grid did, and lie in no other grid of its kind.
UPDATE event e SET grid_ids = e.grid_ids || found.grid_id
FROM (
    SELECT e.id AS event_id, g.kind, min(g.id) AS grid_id
    FROM incoming_grid i
    JOIN grid g ON g.kind = i.kind AND g.code = i.code AND g.valid_to IS NULL
    JOIN event e ON e.geom && g.geom AND ST_Intersects(g.geom, e.geom)
    WHERE i.state IS NULL
      AND NOT EXISTS (SELECT FROM grid o WHERE o.id = ANY (e.grid_ids) AND o.kind = g.kind)
    GROUP BY e.id, g.kind
) found
WHERE e.id = found.event_id;

-- name: outcome
SELECT i.n, g.id, CASE i.state WHEN 'recut' THEN 'changed' ELSE coalesce(i.state, 'new') END AS state
FROM incoming_grid i JOIN grid g ON g.kind = i.kind AND g.code = i.code AND g.valid_to IS NULL
ORDER BY i.n;
