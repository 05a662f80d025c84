-- Roads, waters, woods and buildings come from files too: a key, and a digest that tells whether
-- something changed. What a town invents for itself has neither.
ALTER TABLE road ADD COLUMN code text UNIQUE, ADD COLUMN content_hash text,
    ALTER COLUMN geom TYPE geometry(Geometry, 4326),
    ADD CONSTRAINT road_geom_check CHECK (GeometryType(geom) IN ('LINESTRING', 'MULTILINESTRING'));
ALTER TABLE ground ADD COLUMN code text, ADD COLUMN content_hash text, ADD UNIQUE (kind, code);
CREATE INDEX ground_geom ON ground USING gist (geom);
ALTER TABLE building ADD COLUMN content_hash text,
    ALTER COLUMN geom TYPE geometry(Geometry, 4326),
    ADD CONSTRAINT building_geom_check CHECK (GeometryType(geom) IN ('POLYGON', 'MULTIPOLYGON'));
GRANT UPDATE ON road, ground TO wangge_app;

-- Screens that are open draw it anew.
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['road', 'ground', 'building'] LOOP
        EXECUTE format('CREATE TRIGGER notify_places AFTER INSERT OR UPDATE OR DELETE ON %I'
                       ' FOR EACH STATEMENT EXECUTE FUNCTION notify_places()', t);
    END LOOP;
END $$;

-- Journaled like the others (migration 0016). What earlier imports wrote keeps its columns, so they
-- can still be undone.
DO $$
DECLARE
    earlier jsonb := import_shapes();
    one import_table;
BEGIN
    INSERT INTO import_table VALUES ('road', 'id'), ('ground', 'id'), ('building', 'id');
    FOR one IN SELECT * FROM import_table WHERE tab IN ('road', 'ground', 'building') LOOP
        EXECUTE format('CREATE TRIGGER journal_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT WHEN (coalesce(current_setting(''wangge.import_run'', true), '''') <> '''')'
            ' EXECUTE FUNCTION journal_import(%L)', one.tab, one.key);
        EXECUTE format('CREATE TRIGGER journal_update AFTER UPDATE ON %I'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT WHEN (coalesce(current_setting(''wangge.import_run'', true), '''') <> '''')'
            ' EXECUTE FUNCTION journal_import(%L)', one.tab, one.key);
    END LOOP;
    ALTER TABLE import_run NO FORCE ROW LEVEL SECURITY;
    UPDATE import_run SET shapes = import_shapes() WHERE shapes = earlier;
    ALTER TABLE import_run FORCE ROW LEVEL SECURITY;
END $$;
