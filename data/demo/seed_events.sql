-- name: add_class
INSERT INTO event_class (class, rank, name_zh, name_en) VALUES (%(class)s, %(rank)s, %(name_zh)s, %(name_en)s)
ON CONFLICT (class) DO UPDATE SET rank = excluded.rank, name_zh = excluded.name_zh, name_en = excluded.name_en;

-- name: add_type
INSERT INTO event_type (code, class, name_zh, name_en, limit_s, urgent)
VALUES (%(code)s, %(class)s, %(name_zh)s, %(name_en)s, %(limit_s)s, %(urgent)s)
ON CONFLICT (code) DO NOTHING;

-- name: shapes
-- Grids of all kinds, and the finest areas: the communities tile the town.
SELECT 'grid' AS what, id, kind, ST_AsBinary(geom) AS wkb FROM grid WHERE valid_to IS NULL
UNION ALL
SELECT 'area', id, level, ST_AsBinary(geom) FROM area
WHERE valid_to IS NULL AND geom IS NOT NULL AND level = 'community'
ORDER BY 1, 2;

-- name: make_event
CREATE TEMP TABLE new_event (
    n integer PRIMARY KEY, source text, source_key text, type text, area_id integer, grid_ids integer[],
    lon double precision, lat double precision, address text, text text, opened_at timestamptz,
    due_at timestamptz, closed_at timestamptz, settled_at text, satisfied boolean
) ON COMMIT DROP;

-- name: copy_event
COPY new_event (n, source, source_key, type, area_id, grid_ids, lon, lat, address, text, opened_at, due_at,
                closed_at, settled_at, satisfied) FROM STDIN;

-- name: analyze_event
ANALYZE new_event;

-- name: insert_events
-- Where the intake would put it: the area of the point, else the source's.
WITH made AS (
    INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, original_lon, original_lat,
                       address, text, opened_at, due_at, closed_at, settled_at, satisfied)
    SELECT s.id, n.source_key, t.id, coalesce(n.area_id, s.area_id), n.grid_ids,
           ST_SetSRID(ST_MakePoint(n.lon, n.lat), 4326), n.lon, n.lat, n.address, n.text, n.opened_at, n.due_at,
           n.closed_at, n.settled_at, n.satisfied
    FROM new_event n JOIN source s ON s.name = n.source JOIN event_type t ON t.code = n.type
    ORDER BY n.n
    ON CONFLICT (source_id, source_key) DO NOTHING
    RETURNING id, area_id, opened_at, closed_at
), logged AS (
    INSERT INTO event_log (event_id, area_id, at, action)
    SELECT m.id, m.area_id, h.at, h.action
    FROM made m CROSS JOIN LATERAL (VALUES (m.opened_at, 'report'), (m.closed_at, 'close')) AS h (at, action)
    WHERE h.at IS NOT NULL
)
SELECT count(*)::integer AS n FROM made;

-- name: close_events
WITH closed AS (
    UPDATE event e SET closed_at = n.closed_at, settled_at = n.settled_at, satisfied = n.satisfied
    FROM new_event n JOIN source s ON s.name = n.source
    WHERE e.source_id = s.id AND e.source_key = n.source_key AND e.closed_at IS NULL AND n.closed_at IS NOT NULL
    RETURNING e.id, e.area_id, e.closed_at
)
INSERT INTO event_log (event_id, area_id, at, action) SELECT id, area_id, closed_at, 'close' FROM closed;

-- name: drop_event
DROP TABLE new_event;
