-- name: make_person
CREATE TEMP TABLE new_person (n integer, code text, name text, area_code text, force_type text,
                              team text, phone text) ON COMMIT DROP;

-- name: copy_person
COPY new_person (n, code, name, area_code, force_type, team, phone) FROM STDIN;

-- name: known
SELECT code FROM person WHERE code = ANY (%(codes)s::text[]);

-- name: insert_people
INSERT INTO person (code, name, area_id, force_type, team)
SELECT n.code, n.name, a.id, n.force_type, n.team
FROM new_person n JOIN area a ON a.code = n.area_code AND a.valid_to IS NULL ORDER BY n.n;

-- name: insert_contacts
INSERT INTO contact (person_id, address, area_id)
SELECT p.id, n.phone, p.area_id FROM new_person n JOIN person p ON p.code = n.code;

-- name: make_post
CREATE TEMP TABLE new_post (n integer, person_code text, role text, area_code text, grid_code text)
ON COMMIT DROP;

-- name: copy_post
COPY new_post (n, person_code, role, area_code, grid_code) FROM STDIN;

-- name: insert_posts
INSERT INTO post (person_id, role, grid_id, area_id)
SELECT p.id, n.role, g.id, a.id
FROM new_post n
JOIN person p ON p.code = n.person_code
JOIN area a ON a.code = n.area_code AND a.valid_to IS NULL
LEFT JOIN grid g ON g.code = n.grid_code AND g.valid_to IS NULL
ORDER BY n.n;

-- name: make_shift
CREATE TEMP TABLE new_shift (person_code text, planned_start timestamptz, planned_end timestamptz,
                             started_at timestamptz) ON COMMIT DROP;

-- name: copy_shift
COPY new_shift (person_code, planned_start, planned_end, started_at) FROM STDIN;

-- name: insert_shifts
INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at, ended_at)
SELECT p.id, p.area_id, n.planned_start, n.planned_end, n.started_at,
       CASE WHEN n.started_at IS NOT NULL AND n.planned_end <= %(at)s THEN n.planned_end END
FROM new_shift n JOIN person p ON p.code = n.person_code
ON CONFLICT (person_id, planned_start) DO NOTHING;

-- name: grids
SELECT id, kind, ST_AsBinary(geom) AS wkb FROM grid WHERE valid_to IS NULL ORDER BY id;

-- name: make_fix
CREATE TEMP TABLE new_fix (person_code text, at timestamptz, lon double precision, lat double precision,
                           accuracy_m real, speed_mps real, battery real, grid_ids integer[])
ON COMMIT DROP;

-- name: copy_fix
COPY new_fix (person_code, at, lon, lat, accuracy_m, speed_mps, battery, grid_ids) FROM STDIN;

-- name: ensure_days
SELECT ensure_position_day(day::date)
FROM generate_series((%(start)s::timestamptz AT TIME ZONE 'UTC')::date - 1,
                     (%(end)s::timestamptz AT TIME ZONE 'UTC')::date + 2, interval '1 day') AS day;

-- name: insert_history
INSERT INTO position_history (person_id, area_id, at, lon, lat, accuracy_m, speed_mps, battery, source_id,
                              original_lon, original_lat, grid_ids)
SELECT p.id, p.area_id, n.at, n.lon, n.lat, n.accuracy_m, n.speed_mps, n.battery, %(source_id)s,
       n.lon, n.lat, n.grid_ids
FROM new_fix n JOIN person p ON p.code = n.person_code
ON CONFLICT DO NOTHING;

-- name: insert_latest
INSERT INTO latest_position AS old (person_id, area_id, at, lon, lat, accuracy_m, speed_mps, battery,
                                    source_id, original_lon, original_lat, grid_ids)
SELECT DISTINCT ON (p.id) p.id, p.area_id, n.at,
       n.lon, n.lat, n.accuracy_m, n.speed_mps, n.battery, %(source_id)s, n.lon, n.lat, n.grid_ids
FROM new_fix n JOIN person p ON p.code = n.person_code
ORDER BY p.id, n.at DESC
ON CONFLICT (person_id) DO UPDATE SET
    area_id = excluded.area_id, at = excluded.at, lon = excluded.lon, lat = excluded.lat,
    accuracy_m = excluded.accuracy_m, speed_mps = excluded.speed_mps, battery = excluded.battery,
    source_id = excluded.source_id, original_lon = excluded.original_lon,
    original_lat = excluded.original_lat, grid_ids = excluded.grid_ids
WHERE excluded.at > old.at;
