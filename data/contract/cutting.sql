-- name: now
SELECT g.id, g.kind, g.code, g.name, g.area_id AS host_id, ST_AsBinary(g.geom) AS wkb,
       nullif(g.valid_from, '-infinity') AS valid_from
FROM grid g
WHERE g.kind = %(kind)s AND g.valid_to IS NULL
  AND (%(areas)s::integer[] IS NULL OR g.area_id = ANY (%(areas)s::integer[]))
ORDER BY g.code, g.id;

-- name: strangers
-- Codes of grids of this kind that are not cut anew.
SELECT code FROM grid
WHERE kind = %(kind)s AND valid_to IS NULL AND code = ANY (%(codes)s::text[]) AND id <> ALL (%(ids)s::integer[])
ORDER BY code;

-- name: make_incoming
CREATE TEMP TABLE IF NOT EXISTS recut_grid (
    n integer PRIMARY KEY, kind text, code text, name text, area_id integer,
    geom geometry(MultiPolygon, 4326), households integer, population integer, content_hash text,
    same_id integer, olds integer[], follows integer, id integer
) ON COMMIT DROP;

-- name: clear_incoming
TRUNCATE recut_grid;

-- name: copy_incoming
COPY recut_grid (n, kind, code, name, area_id, geom, households, population, content_hash,
                 same_id, olds, follows) FROM STDIN;

-- name: end_old
UPDATE grid SET valid_to = %(at)s WHERE id = ANY (%(ids)s::integer[]);

-- name: refresh
-- The same ground under the same code: no new version, only what else is said of it.
UPDATE grid g SET name = r.name, content_hash = r.content_hash,
    households = coalesce(r.households, g.households), population = coalesce(r.population, g.population)
FROM recut_grid r WHERE g.id = r.same_id AND g.content_hash IS DISTINCT FROM r.content_hash;

-- name: insert
WITH made AS (
    INSERT INTO grid (kind, code, name, area_id, geom, households, population, version, predecessor,
                      valid_from, content_hash)
    SELECT r.kind, r.code, r.name, r.area_id, r.geom, coalesce(r.households, f.households),
           coalesce(r.population, f.population),
           coalesce((SELECT max(o.version) FROM grid o WHERE o.id = ANY (r.olds)), 0) + 1,
           r.olds, %(at)s, r.content_hash
    FROM recut_grid r LEFT JOIN grid f ON f.id = r.follows
    WHERE r.same_id IS NULL
    ORDER BY r.n
    RETURNING id, kind, code)
UPDATE recut_grid r SET id = made.id FROM made WHERE r.kind = made.kind AND r.code = made.code;

-- name: later_posts
-- Posts that begin with the new cut, or after it, begin on the new version.
UPDATE post p SET grid_id = r.id, area_id = g.area_id
FROM recut_grid r JOIN grid g ON g.id = r.id
WHERE p.grid_id = r.follows AND p.valid_from >= %(at)s;

-- name: carry_posts
-- The others end with the old version and go on with the new one: each day keeps its posts.
WITH held AS (
    SELECT p.id, p.person_id, p.role, r.id AS grid_id, g.area_id, p.valid_to, p.source_id
    FROM post p JOIN recut_grid r ON r.follows = p.grid_id JOIN grid g ON g.id = r.id
    WHERE p.valid_from < %(at)s AND (p.valid_to IS NULL OR p.valid_to > %(at)s)),
ended AS (UPDATE post p SET valid_to = %(at)s FROM held WHERE p.id = held.id)
INSERT INTO post (person_id, role, grid_id, area_id, valid_from, valid_to, source_id)
SELECT person_id, role, grid_id, area_id, %(at)s, valid_to, source_id FROM held ORDER BY id;

-- name: undecided
-- Open posts on grids that have ended, whose ground went to several or came together.
SELECT p.id, x.code AS person, x.name, p.role, p.grid_id
FROM post p JOIN person x ON x.id = p.person_id
WHERE p.grid_id = ANY (%(ids)s::integer[]) AND (p.valid_to IS NULL OR p.valid_to > %(at)s)
ORDER BY p.grid_id, p.role, x.code;

-- name: move_events
-- Events of days that belong to the new cut already: their grids of this kind are the new ones.
UPDATE event e SET grid_ids = (
    SELECT coalesce(array_agg(DISTINCT id ORDER BY id), '{}')
    FROM unnest(answering_grids(e.grid_ids, e.geom, e.opened_at)) AS a (id))
WHERE e.opened_at >= %(at)s AND e.grid_ids && %(ids)s::integer[];
