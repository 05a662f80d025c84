-- The picture under the town; no row: our own roads, waters and houses. Where it lies and its key
-- are for the server alone.
CREATE TABLE basemap (
    id          smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    kind        text NOT NULL CHECK (kind IN ('xyz', 'mbtiles', 'pmtiles', 'wmts')),
    location    text NOT NULL,                       -- a folder, a file or a template of addresses
    key         text,
    tms         boolean NOT NULL DEFAULT false,      -- rows count from the south
    system      text NOT NULL CHECK (system IN ('WGS84', 'CGCS2000', 'GCJ02')),
    scheme      text NOT NULL CHECK (scheme IN ('mercator', 'geographic')),
    imagery     boolean NOT NULL DEFAULT false,      -- photographs: dimmed, never inverted
    attribution text NOT NULL DEFAULT '',
    min_zoom    smallint NOT NULL CHECK (min_zoom >= 0),
    max_zoom    smallint NOT NULL CHECK (max_zoom BETWEEN min_zoom AND 24),
    version     text NOT NULL,                       -- in the addresses of its tiles, which are kept
    CHECK (system <> 'GCJ02' OR scheme = 'mercator')
);
CREATE TRIGGER notify_places AFTER INSERT OR UPDATE OR DELETE ON basemap
    FOR EACH STATEMENT EXECUTE FUNCTION notify_places();
GRANT SELECT, INSERT, UPDATE, DELETE ON basemap TO wangge_app;
GRANT SELECT (id, kind, system, scheme, imagery, attribution, min_zoom, max_zoom, version) ON basemap
    TO wangge_readonly;
