-- name: make_incoming
CREATE TEMP TABLE IF NOT EXISTS incoming_event (
    n integer PRIMARY KEY, source_key text, type_id integer, area_id integer, grid_ids integer[],
    geom geometry(Point, 4326), address text, text text, opened_at timestamptz, due_at timestamptz,
    closed_at timestamptz, settled_at text, satisfied boolean, content_hash text,
    original_lon double precision, original_lat double precision, coord_sys text, state text
) ON COMMIT DROP;

-- name: clear_incoming
TRUNCATE incoming_event;

-- name: make_incoming_keys
CREATE TEMP TABLE IF NOT EXISTS file_key (key text PRIMARY KEY, row integer NOT NULL) ON COMMIT DROP;

-- name: known_keys
SELECT key, row FROM file_key WHERE key = ANY (%(keys)s::text[]);

-- name: add_keys
INSERT INTO file_key (key, row) SELECT * FROM unnest(%(keys)s::text[], %(rows)s::integer[]);

-- name: copy_incoming
COPY incoming_event (n, source_key, type_id, area_id, grid_ids, geom, address, text, opened_at, due_at,
                     closed_at, settled_at, satisfied, content_hash, original_lon, original_lat,
                     coord_sys) FROM STDIN;

-- name: analyze
ANALYZE incoming_event (n, source_key);

-- name: is_known
SELECT EXISTS (SELECT FROM event WHERE source_id = %(source_id)s) AS known;

-- name: compare
-- One look into the index an event: of a source with millions of them a part brings thousands.
UPDATE incoming_event i SET state = found.state
FROM incoming_event j CROSS JOIN LATERAL (
    SELECT CASE WHEN e.content_hash = j.content_hash THEN 'unchanged' ELSE 'changed' END AS state
    FROM event e WHERE e.source_id = %(source_id)s AND e.source_key = j.source_key
    OFFSET 0) AS found
WHERE j.n = i.n;

-- name: upsert
-- An event keeps the grids of its day; only a new place gives it new ones. How it ended stays
-- known where a file does not say it, unless the event is open again. What happened is logged.
WITH written AS (
    INSERT INTO event AS e (source_id, source_key, type_id, area_id, grid_ids, geom, address, text, opened_at,
                            due_at, closed_at, settled_at, satisfied, content_hash, original_lon,
                            original_lat, coord_sys)
    SELECT %(source_id)s, source_key, type_id, area_id, grid_ids, geom, address, text, opened_at, due_at,
           closed_at, settled_at, satisfied, content_hash, original_lon, original_lat, coord_sys
    FROM incoming_event WHERE state IS DISTINCT FROM 'unchanged'
    ORDER BY n
    ON CONFLICT (source_id, source_key) DO UPDATE SET
        type_id = excluded.type_id, address = excluded.address, text = excluded.text,
        opened_at = excluded.opened_at, due_at = excluded.due_at, closed_at = excluded.closed_at,
        settled_at = CASE WHEN excluded.closed_at IS NOT NULL THEN coalesce(excluded.settled_at, e.settled_at) END,
        satisfied = CASE WHEN excluded.closed_at IS NOT NULL THEN coalesce(excluded.satisfied, e.satisfied) END,
        content_hash = excluded.content_hash, geom = excluded.geom,
        original_lon = excluded.original_lon, original_lat = excluded.original_lat, coord_sys = excluded.coord_sys,
        area_id = CASE WHEN e.geom IS NOT DISTINCT FROM excluded.geom THEN e.area_id ELSE excluded.area_id END,
        grid_ids = CASE WHEN e.geom IS NOT DISTINCT FROM excluded.geom THEN e.grid_ids ELSE excluded.grid_ids END
    RETURNING id, source_key, area_id, opened_at, closed_at)
INSERT INTO event_log (event_id, area_id, at, action, actor_id, detail)
SELECT w.id, w.area_id, happened.at, happened.action, %(actor_id)s, '{"by": "import"}'
FROM incoming_event i JOIN written w ON w.source_key = i.source_key
CROSS JOIN LATERAL (VALUES
    (w.opened_at, CASE WHEN i.state IS NULL THEN 'report' END),
    (w.closed_at, CASE WHEN i.state IS NULL THEN 'close' END),
    (%(at)s, CASE i.state WHEN 'changed' THEN 'update' END)) AS happened (at, action)
WHERE happened.at IS NOT NULL AND happened.action IS NOT NULL
ORDER BY i.n;

-- name: outcome
SELECT n, state FROM incoming_event WHERE state IS NOT NULL;

-- name: span
SELECT s.id, s.name, min(e.opened_at) AS first, max(e.opened_at) AS last, count(e.id) AS events
FROM source s LEFT JOIN event e ON e.source_id = s.id
WHERE s.name = %(name)s
GROUP BY s.id, s.name;
