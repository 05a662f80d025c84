-- A new cut of a kind that begins on a day to come: kept whole, and carried out by an engine when the
-- site's clock gets there. Until then nothing of it is true.
CREATE TABLE announced_cut (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_id    integer NOT NULL REFERENCES area,      -- the actor's own: who may see it
    actor_id   integer NOT NULL REFERENCES actor,
    kind       text NOT NULL REFERENCES grid_kind,
    at         timestamptz NOT NULL,                  -- site time
    within     text,                                  -- only the grids of this area and below; its code
    files      text[] NOT NULL,
    grids      jsonb NOT NULL,                        -- [code, name, area_id, WKB in hex, households, population, digest]
    announced  integer NOT NULL REFERENCES import_run, -- by its undo the cut is taken back
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    run        integer REFERENCES import_run,         -- what it became
    why        jsonb                                  -- a sentence and its fields, where it failed
);
CREATE UNIQUE INDEX announced_cut_waiting ON announced_cut (kind) WHERE state = 'waiting';
ALTER TABLE announced_cut ENABLE ROW LEVEL SECURITY;
ALTER TABLE announced_cut FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON announced_cut USING (area_id = ANY ((SELECT actor_scope())::integer[]))
    WITH CHECK (area_id = ANY ((SELECT actor_scope())::integer[]));
GRANT SELECT, INSERT, UPDATE ON announced_cut TO wangge_app;
GRANT SELECT ON announced_cut TO wangge_readonly;

-- Journaled (migration 0016), so that the undo of its run takes it back. Earlier runs keep their columns.
DO $$
DECLARE earlier jsonb := import_shapes();
BEGIN
    INSERT INTO import_table VALUES ('announced_cut', 'id');
    CREATE TRIGGER journal_insert AFTER INSERT ON announced_cut REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (coalesce(current_setting('wangge.import_run', true), '') <> '')
        EXECUTE FUNCTION journal_import('id');
    CREATE TRIGGER journal_update AFTER UPDATE ON announced_cut REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT WHEN (coalesce(current_setting('wangge.import_run', true), '') <> '')
        EXECUTE FUNCTION journal_import('id');
    ALTER TABLE import_run NO FORCE ROW LEVEL SECURITY;
    UPDATE import_run SET shapes = import_shapes() WHERE shapes = earlier;
    ALTER TABLE import_run FORCE ROW LEVEL SECURITY;
END $$;
