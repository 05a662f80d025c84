-- The town: site, areas, typed grids, facilities, ground, people. Runs as the migrator.
CREATE EXTENSION IF NOT EXISTS postgis;

CREATE TABLE level (
    code     text PRIMARY KEY,
    rank     smallint NOT NULL UNIQUE,              -- 0 = the whole site, larger = finer
    name_zh  text NOT NULL,
    name_en  text NOT NULL
);

CREATE TABLE area (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code        text NOT NULL,
    name        text NOT NULL,
    level       text NOT NULL REFERENCES level,
    parent_id   integer REFERENCES area,
    geom        geometry(MultiPolygon, 4326),       -- NULL: the shape is the union of its children
    population  integer,
    predecessor integer[] NOT NULL DEFAULT '{}',
    valid_from  date NOT NULL DEFAULT '-infinity',
    valid_to    date,
    CHECK (geom IS NULL OR (ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180
                            AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90))
);
-- Codes need to differ within a level only: a division 3 and a battalion 3 may both exist.
CREATE UNIQUE INDEX area_code ON area (level, code) WHERE valid_to IS NULL;
CREATE UNIQUE INDEX area_root ON area ((parent_id IS NULL)) WHERE parent_id IS NULL AND valid_to IS NULL;
CREATE INDEX area_geom ON area USING gist (geom);

-- Every ancestor of every area, itself included: what policies compare with.
CREATE TABLE area_path (
    ancestor_id integer NOT NULL,
    area_id     integer NOT NULL,
    PRIMARY KEY (ancestor_id, area_id)
);
CREATE INDEX area_path_area ON area_path (area_id);

CREATE FUNCTION refresh_area_path() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    DELETE FROM area_path;
    INSERT INTO area_path
    WITH RECURSIVE up (ancestor_id, area_id) AS (
        SELECT id, id FROM area
        UNION
        SELECT a.parent_id, up.area_id FROM up JOIN area a ON a.id = up.ancestor_id
        WHERE a.parent_id IS NOT NULL)
    SELECT * FROM up;
    RETURN NULL;
END $$;
CREATE TRIGGER area_path AFTER INSERT OR DELETE OR UPDATE OF parent_id ON area
    FOR EACH STATEMENT EXECUTE FUNCTION refresh_area_path();

-- One site per store, and one clock that every process reads.
CREATE TABLE site (
    id           smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    name_zh      text NOT NULL,
    name_en      text NOT NULL,
    timezone     text NOT NULL DEFAULT 'Asia/Shanghai',
    fresh_s      integer NOT NULL DEFAULT 60,
    ageing_s     integer NOT NULL DEFAULT 300,
    offline_s    integer NOT NULL DEFAULT 1800,
    load_kind    text NOT NULL DEFAULT 'service',   -- the grid kind that the wall colours first
    clock_speed  double precision NOT NULL DEFAULT 1,
    anchor_real  timestamptz,                       -- NULL: the clock is the real one
    anchor_site  timestamptz,
    CHECK ((anchor_real IS NULL) = (anchor_site IS NULL))
);

CREATE TABLE grid_kind (
    kind     text PRIMARY KEY,
    rank     smallint NOT NULL,                     -- order in lists; smaller first
    name_zh  text NOT NULL,
    name_en  text NOT NULL,
    tiles    boolean NOT NULL DEFAULT false         -- grids of this kind neither overlap nor leave gaps
);

CREATE TABLE grid (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text NOT NULL REFERENCES grid_kind,
    code         text NOT NULL,
    name         text NOT NULL,
    area_id      integer NOT NULL REFERENCES area,
    geom         geometry(MultiPolygon, 4326) NOT NULL,
    households   integer,
    population   integer,
    version      integer NOT NULL DEFAULT 1,
    predecessor  integer[] NOT NULL DEFAULT '{}',
    valid_from   timestamptz NOT NULL DEFAULT '-infinity',
    valid_to     timestamptz,
    content_hash text,
    CHECK (ST_XMin(geom) >= -180 AND ST_XMax(geom) <= 180
           AND ST_YMin(geom) >= -90 AND ST_YMax(geom) <= 90)
);
CREATE UNIQUE INDEX grid_code ON grid (kind, code) WHERE valid_to IS NULL;
CREATE INDEX grid_geom ON grid USING gist (geom);
CREATE INDEX grid_area ON grid (area_id);

CREATE TABLE facility_kind (
    kind     text PRIMARY KEY,
    name_zh  text NOT NULL,
    name_en  text NOT NULL
);

CREATE TABLE facility (
    id               integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code             text NOT NULL UNIQUE,
    kind             text NOT NULL REFERENCES facility_kind,
    name             text NOT NULL,
    area_id          integer NOT NULL REFERENCES area,
    geom             geometry(Point, 4326) NOT NULL,
    service_radius_m double precision CHECK (service_radius_m > 0),
    address          text,
    content_hash     text
);
CREATE INDEX facility_geom ON facility USING gist (geom);
CREATE INDEX facility_area ON facility (area_id);

CREATE TABLE building (
    id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code      text NOT NULL UNIQUE,
    area_id   integer NOT NULL REFERENCES area,
    dwellings integer NOT NULL DEFAULT 0,
    geom      geometry(Polygon, 4326) NOT NULL
);
CREATE INDEX building_geom ON building USING gist (geom);

CREATE TABLE road (
    id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    class text NOT NULL CHECK (class IN ('trunk', 'main', 'minor', 'track', 'rail')),
    name  text,
    geom  geometry(LineString, 4326) NOT NULL
);
CREATE INDEX road_geom ON road USING gist (geom);

CREATE TABLE ground (                                -- what only fills the base map
    id    integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind  text NOT NULL CHECK (kind IN ('water', 'wood')),
    name  text,
    geom  geometry(Geometry, 4326) NOT NULL
);

CREATE TABLE person (
    id           integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code         text NOT NULL UNIQUE,
    name         text NOT NULL,
    area_id      integer NOT NULL REFERENCES area,
    force_type   text NOT NULL DEFAULT 'grid_worker',
    team         text,
    active       boolean NOT NULL DEFAULT true,
    content_hash text
);
CREATE INDEX person_area ON person (area_id);

CREATE TABLE contact (                               -- masked outside the roles that need them
    person_id integer NOT NULL REFERENCES person,
    channel   text NOT NULL DEFAULT 'phone',
    address   text NOT NULL,
    verified  boolean NOT NULL DEFAULT false,
    area_id   integer NOT NULL REFERENCES area,
    PRIMARY KEY (person_id, channel)
);

CREATE TABLE post (                                  -- who holds which role where, in time
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id  integer NOT NULL REFERENCES person,
    role       text NOT NULL,
    grid_id    integer REFERENCES grid,
    area_id    integer NOT NULL REFERENCES area,     -- of the grid, or the post's own
    valid_from timestamptz NOT NULL DEFAULT '-infinity',
    valid_to   timestamptz
);
CREATE INDEX post_person ON post (person_id);
CREATE INDEX post_grid ON post (grid_id);

CREATE TABLE shift (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id     integer NOT NULL REFERENCES person,
    area_id       integer NOT NULL REFERENCES area,
    planned_start timestamptz NOT NULL,
    planned_end   timestamptz NOT NULL CHECK (planned_end > planned_start),
    started_at    timestamptz,                       -- NULL: rostered, has not come
    ended_at      timestamptz,
    UNIQUE (person_id, planned_start)
);
CREATE INDEX shift_time ON shift (planned_start, planned_end);
