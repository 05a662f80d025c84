-- Each import is a run; what it changes is journaled by triggers while its transaction says
-- `wangge.import_run`, so that undoing restores exactly what was there before.
CREATE TABLE import_run (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_id     integer NOT NULL REFERENCES area,     -- the actor's own: who may see and undo it
    actor_id    integer NOT NULL REFERENCES actor,
    noun        text NOT NULL,                        -- areas grids facilities people events
    files       text[] NOT NULL,
    options     jsonb NOT NULL,
    report      jsonb,
    shapes      jsonb,                                -- the columns of the tables at that time
    at          timestamptz NOT NULL,                 -- site time
    recorded_at timestamptz NOT NULL DEFAULT now(),
    forgotten   boolean NOT NULL DEFAULT false,       -- its before-images are gone
    undone_at   timestamptz,
    undone_by   integer REFERENCES actor
);
-- One row a statement and table: the keys of its rows, how the rows looked before (of updates),
-- and a digest of how they look after. Nobody may read it: it holds phone numbers.
CREATE TABLE import_change (
    run_id integer NOT NULL REFERENCES import_run,
    step   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tab    text NOT NULL,
    action text NOT NULL CHECK (action IN ('insert', 'update')),
    keys   text[] NOT NULL,
    before text[],
    after  bigint[] NOT NULL
);
CREATE INDEX import_change_run ON import_change (run_id);

-- What tells a table's rows apart, and which tables imports write at all.
CREATE TABLE import_table (
    tab  text PRIMARY KEY,
    key  text NOT NULL
);
INSERT INTO import_table VALUES
    ('level', 'code'), ('area', 'id'), ('grid_kind', 'kind'), ('grid', 'id'), ('facility_kind', 'kind'),
    ('facility', 'id'), ('person', 'id'), ('contact', 'person_id, channel'), ('post', 'id'), ('source', 'id'),
    ('event_class', 'class'), ('event_type', 'id'), ('event', 'id'), ('event_log', 'id'), ('site', 'id');

-- The settings make the text of a row the same in every session.
CREATE FUNCTION journal_import() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET timezone = 'UTC' SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
    run integer := current_setting('wangge.import_run', true)::integer;
BEGIN
    IF TG_OP = 'INSERT' THEN
        EXECUTE format(
            'INSERT INTO import_change (run_id, tab, action, keys, after)'
            ' SELECT $1, %L, ''insert'', array_agg(ROW(%s)::text), array_agg(hashtextextended(n::text, 0))'
            ' FROM new_rows n HAVING count(*) > 0', TG_TABLE_NAME, TG_ARGV[0]) USING run;
    ELSE
        EXECUTE format(
            'INSERT INTO import_change (run_id, tab, action, keys, before, after)'
            ' SELECT $1, %L, ''update'', array_agg(ROW(%s)::text), array_agg(o::text),'
            ' array_agg(hashtextextended(n::text, 0))'
            ' FROM old_rows o JOIN new_rows n USING (%s) WHERE o::text <> n::text HAVING count(*) > 0',
            TG_TABLE_NAME, TG_ARGV[0], TG_ARGV[0]) USING run;
    END IF;
    RETURN NULL;
END $$;
DO $$
DECLARE one import_table;
BEGIN
    FOR one IN SELECT * FROM import_table LOOP
        EXECUTE format('CREATE TRIGGER journal_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT WHEN (coalesce(current_setting(''wangge.import_run'', true), '''') <> '''')'
            ' EXECUTE FUNCTION journal_import(%L)', one.tab, one.key);
        EXECUTE format('CREATE TRIGGER journal_update AFTER UPDATE ON %I'
            ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'
            ' FOR EACH STATEMENT WHEN (coalesce(current_setting(''wangge.import_run'', true), '''') <> '''')'
            ' EXECUTE FUNCTION journal_import(%L)', one.tab, one.key);
    END LOOP;
END $$;

-- The columns of those tables now: a before-image fits them only.
CREATE FUNCTION import_shapes() RETURNS jsonb LANGUAGE sql STABLE SET search_path = public AS $$
    SELECT jsonb_object_agg(tab, names) FROM (
        SELECT i.tab, string_agg(a.attname || ' ' || a.atttypid::regtype, ', ' ORDER BY a.attnum) AS names
        FROM import_table i JOIN pg_attribute a ON a.attrelid = to_regclass(i.tab)
        WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY i.tab) t
$$;

-- Before-images of old runs go: they hold what was corrected or taken out.
CREATE FUNCTION prune_import_changes(keep integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
    WITH old AS (
        UPDATE import_run SET forgotten = true
        WHERE NOT forgotten AND id <= (SELECT id FROM import_run ORDER BY id DESC OFFSET keep LIMIT 1)
        RETURNING id)
    DELETE FROM import_change WHERE run_id IN (SELECT id FROM old)
$$;

-- Put back what a run changed, the last step first. Raises with one word, and a detail for it:
-- unknown, undone, forgotten, upgraded, changed (TABLE N), depended (TABLE N). A reference that would
-- break stops it too (foreign keys see past the policies).
CREATE FUNCTION undo_import(run integer, at timestamptz) RETURNS TABLE (tab text, action text, n bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public SET timezone = 'UTC' SET datestyle = 'ISO, YMD'
SET intervalstyle = 'postgres' SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
#variable_conflict use_column
DECLARE
    found_run import_run;
    one record;
    hits bigint;
    cut integer[];
    names text;
BEGIN
    IF coalesce(actor_role(), '') NOT IN ('system', 'administrator') THEN RAISE 'unknown'; END IF;
    SELECT * INTO found_run FROM import_run
    WHERE id = run AND area_id = ANY ((SELECT actor_scope())::integer[]) FOR UPDATE;
    IF found_run.id IS NULL THEN RAISE 'unknown'; END IF;
    IF found_run.undone_at IS NOT NULL THEN RAISE 'undone'; END IF;
    IF found_run.shapes <> import_shapes() THEN RAISE 'upgraded'; END IF;
    IF found_run.forgotten THEN RAISE 'forgotten'; END IF;

    -- Each row must be as the run left it.
    FOR one IN SELECT DISTINCT c.tab, t.key FROM import_change c JOIN import_table t ON t.tab = c.tab
               WHERE c.run_id = run AND c.tab <> 'site' LOOP
        EXECUTE format(
            'WITH last AS (SELECT DISTINCT ON (u.key) u.key, u.after FROM import_change c,'
            ' unnest(c.keys, c.after) AS u (key, after) WHERE c.run_id = $1 AND c.tab = %L ORDER BY u.key, c.step DESC)'
            ' SELECT count(*) FROM last LEFT JOIN (SELECT ROW(%s)::text AS key, hashtextextended(t::text, 0) AS now'
            ' FROM %I t) n USING (key) WHERE n.now IS DISTINCT FROM last.after', one.tab, one.key, one.tab)
        INTO hits USING run;
        IF hits > 0 THEN RAISE 'changed' USING DETAIL = one.tab || ' ' || hits; END IF;
    END LOOP;

    -- What follows from it alone: the log of lights of its events, and where people walked in its grids.
    DELETE FROM event_log WHERE action IN ('yellow', 'red') AND event_id IN (
        SELECT trim(BOTH '()' FROM k)::bigint FROM import_change c, unnest(c.keys) k
        WHERE c.run_id = run AND c.tab = 'event' AND c.action = 'insert');
    SELECT coalesce(array_agg(trim(BOTH '()' FROM k)::integer), '{}') INTO cut
    FROM import_change c, unnest(c.keys) k WHERE c.run_id = run AND c.tab = 'grid' AND c.action = 'insert';
    DELETE FROM grid_visit WHERE grid_id = ANY (cut);
    UPDATE latest_position SET grid_ids = ARRAY(SELECT g FROM unnest(grid_ids) g WHERE g <> ALL (cut))
    WHERE grid_ids && cut;

    FOR one IN SELECT c.*, t.key FROM import_change c JOIN import_table t ON t.tab = c.tab
               WHERE c.run_id = run ORDER BY c.step DESC LOOP
        IF one.action = 'insert' THEN
            EXECUTE format('DELETE FROM %I WHERE ROW(%s)::text = ANY ($1)', one.tab, one.key) USING one.keys;
        ELSIF one.tab = 'site' THEN
            UPDATE site SET load_kind = (one.before[1]::site).load_kind;
        ELSE
            SELECT string_agg(format('%1$I = (b.r).%1$I', a.attname), ', ') INTO names FROM pg_attribute a
            WHERE a.attrelid = to_regclass(one.tab) AND a.attnum > 0 AND NOT a.attisdropped
              AND a.attidentity = '' AND a.attgenerated = '';
            EXECUTE format('UPDATE %I t SET %s FROM (SELECT u.key, u.before::%I AS r FROM unnest($1, $2)'
                           ' AS u (key, before)) b WHERE ROW(%s)::text = b.key',
                           one.tab, names, one.tab,
                           (SELECT string_agg('t.' || trim(k), ', ') FROM unnest(string_to_array(one.key, ',')) k))
            USING one.keys, one.before;
        END IF;
        tab := one.tab; action := one.action; n := cardinality(one.keys);
        RETURN NEXT;
    END LOOP;

    SELECT count(*) INTO hits FROM event WHERE grid_ids && cut;
    IF hits > 0 THEN RAISE 'depended' USING DETAIL = 'event ' || hits; END IF;
    SELECT count(*) INTO hits FROM grid WHERE predecessor && cut;
    IF hits > 0 THEN RAISE 'depended' USING DETAIL = 'grid ' || hits; END IF;
    DELETE FROM import_change WHERE run_id = run;
    UPDATE import_run SET undone_at = undo_import.at, undone_by = current_setting('wangge.actor')::integer WHERE id = run;
    PERFORM pg_notify('wangge_event', 'all');
END $$;

ALTER TABLE import_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE import_run FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON import_run USING (area_id = ANY ((SELECT actor_scope())::integer[]))
    WITH CHECK (area_id = ANY ((SELECT actor_scope())::integer[]));
CREATE POLICY undo ON area FOR DELETE USING (id = ANY ((SELECT actor_scope())::integer[]));
GRANT SELECT, INSERT, UPDATE ON import_run TO wangge_app;
GRANT SELECT ON import_table TO wangge_app;
REVOKE EXECUTE ON FUNCTION undo_import(integer, timestamptz), prune_import_changes(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION undo_import(integer, timestamptz), prune_import_changes(integer) TO wangge_app;
