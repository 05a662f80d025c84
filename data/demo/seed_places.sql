-- name: make_area
CREATE TEMP TABLE new_area (n integer, code text, name text, level text, parent_code text,
                            geom geometry(MultiPolygon, 4326), population integer) ON COMMIT DROP;

-- name: copy_area
COPY new_area (n, code, name, level, parent_code, geom, population) FROM STDIN;

-- name: set_root
UPDATE area a SET code = n.code, name = n.name, geom = n.geom, population = n.population
FROM new_area n WHERE n.level = 'town' AND a.parent_id IS NULL AND a.valid_to IS NULL;

-- name: insert_areas
INSERT INTO area (code, name, level, parent_id, geom, population)
SELECT n.code, n.name, n.level, p.id, n.geom, n.population
FROM new_area n JOIN area p ON p.code = n.parent_code AND p.valid_to IS NULL
WHERE n.level = %(level)s ORDER BY n.n;

-- name: add_grid_kind
INSERT INTO grid_kind (kind, rank, name_zh, name_en, tiles, tiles_with)
VALUES (%(kind)s, %(rank)s, %(name_zh)s, %(name_en)s, %(tiles)s, %(tiles_with)s) ON CONFLICT (kind) DO NOTHING;

-- name: make_grid
CREATE TEMP TABLE new_grid (n integer, kind text, code text, name text, area_code text,
                            geom geometry(MultiPolygon, 4326), households integer, population integer)
ON COMMIT DROP;

-- name: copy_grid
COPY new_grid (n, kind, code, name, area_code, geom, households, population) FROM STDIN;

-- name: insert_grids
INSERT INTO grid (kind, code, name, area_id, geom, households, population)
SELECT n.kind, n.code, n.name, a.id, n.geom, n.households, n.population
FROM new_grid n JOIN area a ON a.code = n.area_code AND a.valid_to IS NULL ORDER BY n.n;

-- name: add_facility_kind
INSERT INTO facility_kind (kind, name_zh, name_en) VALUES (%(kind)s, %(name_zh)s, %(name_en)s)
ON CONFLICT (kind) DO NOTHING;

-- name: make_facility
CREATE TEMP TABLE new_facility (n integer, code text, kind text, name text, area_code text,
                                geom geometry(Point, 4326), radius_m double precision, address text)
ON COMMIT DROP;

-- name: copy_facility
COPY new_facility (n, code, kind, name, area_code, geom, radius_m, address) FROM STDIN;

-- name: insert_facilities
INSERT INTO facility (code, kind, name, area_id, geom, service_radius_m, address)
SELECT n.code, n.kind, n.name, a.id, n.geom, n.radius_m, n.address
FROM new_facility n JOIN area a ON a.code = n.area_code AND a.valid_to IS NULL ORDER BY n.n;

-- name: make_building
CREATE TEMP TABLE new_building (n integer, code text, area_code text, dwellings integer,
                                geom geometry(Polygon, 4326)) ON COMMIT DROP;

-- name: copy_building
COPY new_building (n, code, area_code, dwellings, geom) FROM STDIN;

-- name: insert_buildings
INSERT INTO building (code, area_id, dwellings, geom)
SELECT n.code, a.id, n.dwellings, n.geom
FROM new_building n JOIN area a ON a.code = n.area_code AND a.valid_to IS NULL ORDER BY n.n;

-- name: make_road
CREATE TEMP TABLE new_road (class text, name text, geom geometry(LineString, 4326)) ON COMMIT DROP;

-- name: copy_road
COPY new_road (class, name, geom) FROM STDIN;

-- name: insert_roads
INSERT INTO road (class, name, geom) SELECT class, name, geom FROM new_road;

-- name: make_ground
CREATE TEMP TABLE new_ground (kind text, name text, geom geometry(Geometry, 4326)) ON COMMIT DROP;

-- name: copy_ground
COPY new_ground (kind, name, geom) FROM STDIN;

-- name: insert_ground
INSERT INTO ground (kind, name, geom) SELECT kind, name, geom FROM new_ground;
