-- An import that somebody stopped left nothing, and its line in the log says who it was. It has
-- nothing to undo, and does not count among those whose before-images are kept.
ALTER TABLE import_run
    ADD stopped_at timestamptz,
    ADD stopped_by integer REFERENCES actor,
    ADD CONSTRAINT import_run_stopped CHECK (stopped_at IS NULL OR undone_at IS NULL);

CREATE OR REPLACE FUNCTION prune_import_changes(keep integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH old AS (
        UPDATE import_run SET forgotten = true
        WHERE NOT forgotten AND stopped_at IS NULL AND id <= (
            SELECT id FROM import_run WHERE stopped_at IS NULL ORDER BY id DESC OFFSET keep LIMIT 1)
        RETURNING id)
    DELETE FROM import_change WHERE run_id IN (SELECT id FROM old)
$$;
GRANT USAGE ON SEQUENCE import_run_id_seq TO wangge_app;
