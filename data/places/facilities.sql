-- name: add_kind
INSERT INTO facility_kind (kind, name_zh, name_en) VALUES (%(kind)s, %(name_zh)s, %(name_en)s)
ON CONFLICT (kind) DO NOTHING;

-- name: kinds
SELECT kind, name_zh, name_en FROM facility_kind ORDER BY kind;

-- name: make_incoming
CREATE TEMP TABLE IF NOT EXISTS incoming_facility (
    n integer PRIMARY KEY, code text, kind text, name text, area_id integer,
    geom geometry(Point, 4326), service_radius_m double precision, address text, content_hash text, state text
) ON COMMIT DROP;

-- name: clear_incoming
TRUNCATE incoming_facility;

-- name: copy_incoming
COPY incoming_facility (n, code, kind, name, area_id, geom, service_radius_m, address, content_hash) FROM STDIN;

-- name: compare
UPDATE incoming_facility i SET state = CASE
    WHEN f.content_hash = i.content_hash AND f.area_id = i.area_id THEN 'unchanged' ELSE 'changed' END
FROM facility f
WHERE f.code = i.code;

-- name: upsert
INSERT INTO facility AS f (code, kind, name, area_id, geom, service_radius_m, address, content_hash)
SELECT code, kind, name, area_id, geom, service_radius_m, address, content_hash FROM incoming_facility
WHERE state IS DISTINCT FROM 'unchanged'
ORDER BY n
ON CONFLICT (code) DO UPDATE SET kind = excluded.kind, name = excluded.name, area_id = excluded.area_id,
    geom = excluded.geom, service_radius_m = coalesce(excluded.service_radius_m, f.service_radius_m),
    address = coalesce(excluded.address, f.address), content_hash = excluded.content_hash;

-- name: outcome
SELECT i.n, f.id, coalesce(i.state, 'new') AS state
FROM incoming_facility i JOIN facility f ON f.code = i.code
ORDER BY i.n;
