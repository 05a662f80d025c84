CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;

COMMENT ON EXTENSION postgis IS 'PostGIS geometry and geography spatial types and functions';

CREATE FUNCTION public.actor_ancestry() RETURNS integer[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
BEGIN
    RETURN (SELECT coalesce(array_agg(p.ancestor_id), '{}')
            FROM actor x JOIN area_path p ON p.area_id = x.area_id
            WHERE x.id = nullif(current_setting('wangge.actor', true), '')::integer
              AND x.revoked_at IS NULL);
END $$;

CREATE FUNCTION public.actor_person() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
    SELECT person_id FROM actor
    WHERE id = nullif(current_setting('wangge.actor', true), '')::integer AND revoked_at IS NULL
$$;

CREATE FUNCTION public.actor_role() RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
    SELECT role FROM actor
    WHERE id = nullif(current_setting('wangge.actor', true), '')::integer AND revoked_at IS NULL
$$;

CREATE FUNCTION public.actor_scope() RETURNS integer[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
BEGIN
    RETURN coalesce((SELECT s.area_ids FROM actor x JOIN area_scope s ON s.area_id = x.area_id
                     WHERE x.id = nullif(current_setting('wangge.actor', true), '')::integer
                       AND x.revoked_at IS NULL), '{}');
END $$;

CREATE FUNCTION public.answering_grids(ids integer[], place public.geometry, at timestamp with time zone) RETURNS integer[]
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(array_agg(DISTINCT coalesce(
               CASE WHEN o.valid_to <= at THEN
                   (SELECT min(n.id) FROM grid n
                    WHERE n.kind = o.kind AND n.geom && place AND ST_Relate(n.geom, place, '******FF*')
                      AND n.valid_from <= at AND (n.valid_to IS NULL OR n.valid_to > at)) END, o.id)), '{}')
    FROM grid o WHERE o.id = ANY (ids)
$$;

CREATE FUNCTION public.box_around(place public.geometry, metres double precision) RETURNS public.geometry
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'public'
    AS $$
    SELECT ST_Expand(place, north / cos(radians(least(abs(ST_Y(place)) + north, 89.9))), north)
    FROM (SELECT metres / 110000) AS degrees (north)
$$;

CREATE TABLE public.call_session (
    id bigint NOT NULL,
    request_key text NOT NULL,
    actor_id integer NOT NULL,
    area_id integer NOT NULL,
    event_id bigint,
    grid_id integer,
    person_id integer,
    facility_id integer,
    steps jsonb NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    outcome text,
    step smallint DEFAULT 0 NOT NULL,
    next_at timestamp with time zone,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    purpose text DEFAULT 'call'::text NOT NULL,
    policy jsonb DEFAULT '{}'::jsonb NOT NULL,
    subject_area_id integer,
    ground public.geometry(Polygon,4326),
    crowd jsonb,
    drill_id bigint,
    fired_at timestamp with time zone,
    held_at timestamp with time zone,
    acked_at timestamp with time zone,
    counts_from smallint DEFAULT 0 NOT NULL,
    drill_click smallint,
    is_drill boolean GENERATED ALWAYS AS ((drill_id IS NOT NULL)) STORED NOT NULL,
    CONSTRAINT call_session_drill_click CHECK (((drill_id IS NULL) = (drill_click IS NULL))),
    CONSTRAINT call_session_purpose_check CHECK ((purpose = ANY (ARRAY['call'::text, 'self_test'::text]))),
    CONSTRAINT call_session_state_check CHECK ((state = ANY (ARRAY['running'::text, 'acked'::text, 'exhausted'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY public.call_session FORCE ROW LEVEL SECURITY;

CREATE FUNCTION public.call_found(since timestamp with time zone, until timestamp with time zone, in_state text, ended_as text, made_for text, drills boolean, by_policy text, of_type text, areas integer[], callers integer[], people integer[], was_held boolean, was_confirmed boolean) RETURNS SETOF public.call_session
    LANGUAGE sql STABLE
    AS $$
    SELECT s.* FROM call_session s
    WHERE s.started_at >= since AND s.started_at <= until
      AND (in_state IS NULL OR s.state = in_state)
      AND (ended_as IS NULL OR s.outcome = ended_as)
      AND (made_for IS NULL OR s.purpose = made_for)
      AND (drills IS NULL OR s.is_drill = drills)
      AND (by_policy IS NULL OR s.policy ->> 'code' = by_policy)
      AND (of_type IS NULL OR EXISTS (SELECT FROM event e JOIN event_type y ON y.id = e.type_id
                                      WHERE e.id = s.event_id AND y.code = of_type))
      AND (areas IS NULL OR s.area_id = ANY (areas))
      AND (callers IS NULL OR s.actor_id = ANY (callers))
      AND (people IS NULL OR s.id IN (SELECT t.session_id FROM call_attempt t WHERE t.person_id = ANY (people)))
      AND (was_held IS NULL OR (s.id IN (SELECT e.session_id FROM call_event e WHERE e.action = 'held')) = was_held)
      AND (was_confirmed IS NULL OR (s.acked_at IS NOT NULL) = was_confirmed)
$$;

CREATE FUNCTION public.call_summary(calls bigint[]) RETURNS TABLE(session_id bigint, attempts integer, called integer, reached integer, confirmed integer, ack_s double precision, step integer)
    LANGUAGE sql STABLE
    AS $$
    SELECT t.session_id, count(*)::integer, count(DISTINCT t.person_id)::integer,
           count(DISTINCT t.person_id) FILTER (
               WHERE t.ringing_at IS NOT NULL OR t.state IN ('answered', 'acknowledged', 'declined'))::integer,
           count(DISTINCT t.person_id) FILTER (WHERE t.state = 'acknowledged')::integer,
           extract(epoch FROM min(t.ended_at - t.ringing_at) FILTER (WHERE t.state = 'acknowledged'))::float,
           (array_agg(t.step ORDER BY t.ended_at DESC, t.id DESC) FILTER (WHERE t.state = 'acknowledged'))[1] + 1
    FROM call_attempt t WHERE t.session_id = ANY (calls) GROUP BY t.session_id
$$;

CREATE FUNCTION public.cells_around(lon double precision, lat double precision, VARIADIC away integer[]) RETURNS TABLE(n integer, west integer, east integer, rows integer[], h double precision)
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT n, x - n, x + n, ARRAY(SELECT generate_series(y - n, y + n)),
           power(sin(asin(sin(radians(n / 400::float8)) * cos(radians(lat))) / 2), 2)
    FROM (SELECT floor(lon * 400)::integer, floor(lat * 400)::integer) c (x, y), unnest(away) n
    WHERE x - n >= -72000 AND x + n < 72000 AND y - n >= -36000 AND y + n < 36000
$$;

CREATE FUNCTION public.drop_position_days_before(day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $_$
DECLARE
    part text;
    n integer := 0;
BEGIN
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'position_history'::regclass
          AND c.relname ~ '^position_history_[0-9]{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') < day
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        n := n + 1;
    END LOOP;
    RETURN n;
END $_$;

CREATE FUNCTION public.ensure_position_day(day date) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
DECLARE
    part text := 'position_history_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_position_day'));
    IF EXISTS (SELECT FROM pg_class WHERE relname = part AND relnamespace = 'public'::regnamespace) THEN
        RETURN false;
    END IF;
    IF EXISTS (SELECT FROM position_history_rest
               WHERE at >= day::timestamp AT TIME ZONE 'UTC'
                 AND at < (day + 1)::timestamp AT TIME ZONE 'UTC') THEN
        RETURN false;                                -- its rows are safe in the default partition
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF position_history FOR VALUES FROM (%L) TO (%L)',
                   part, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    RETURN true;
END $$;

CREATE FUNCTION public.forget_verification() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public'
    AS $$
BEGIN
    IF new.address IS DISTINCT FROM old.address AND new.verified_at IS NOT DISTINCT FROM old.verified_at THEN
        IF old.verified_at IS NOT NULL THEN
            new.doubt := 'changed';
        END IF;
        new.verified_at := NULL;
        new.verified_how := NULL;
        new.verified_by := NULL;
    END IF;
    RETURN new;
END $$;

CREATE FUNCTION public.haversine(lon double precision, lat double precision, from_lon double precision, from_lat double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    SELECT power(sin(radians(lat - from_lat) / 2), 2)
           + cos(radians(lat)) * cos(radians(from_lat)) * power(sin(radians(lon - from_lon) / 2), 2)
$$;

CREATE FUNCTION public.import_shapes() RETURNS jsonb
    LANGUAGE sql STABLE
    SET search_path TO 'public'
    AS $$
    SELECT jsonb_object_agg(tab, names) FROM (
        SELECT i.tab, string_agg(a.attname || ' ' || a.atttypid::regtype, ', ' ORDER BY a.attnum) AS names
        FROM import_table i JOIN pg_attribute a ON a.attrelid = to_regclass(i.tab)
        WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY i.tab) t
$$;

CREATE FUNCTION public.interrupts(state text, ringing_at timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT ringing_at IS NOT NULL OR state NOT IN ('offline', 'busy', 'interrupted', 'failed', 'cancelled') $$;

CREATE FUNCTION public.journal_import() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
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
END $_$;

CREATE FUNCTION public.keep_page_left() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public'
    AS $$
BEGIN
    INSERT INTO page_left (person_id, seen_at)
    SELECT person_id, max(seen_at) FROM gone WHERE kind = 'duty' AND person_id IS NOT NULL
    GROUP BY person_id ORDER BY person_id
    ON CONFLICT (person_id) DO UPDATE SET seen_at = excluded.seen_at;
    RETURN NULL;
END $$;

CREATE FUNCTION public.load_of(whom integer, t timestamp with time zone, midnight timestamp with time zone, roles text[]) RETURNS TABLE(post text, grid text, open_events integer, calls_today integer)
    LANGUAGE sql STABLE
    AS $$
    SELECT o.role, o.grid,
           (SELECT count(*)::integer FROM event e
            WHERE e.closed_at IS NULL AND e.grid_ids && o.grid_ids AND e.opened_at <= t)
           + (SELECT count(*)::integer FROM event e
              WHERE e.closed_at > t AND e.grid_ids && o.grid_ids AND e.opened_at <= t),
           (SELECT count(DISTINCT c.session_id)::integer FROM call_attempt c
            WHERE c.person_id = whom AND c.queued_at >= midnight AND c.queued_at <= t
              AND NOT c.drill AND NOT c.self_test AND interrupts(c.state, c.ringing_at))
    FROM (SELECT (array_agg(x.role ORDER BY x.rank NULLS LAST, x.id))[1] AS role,
                 (array_agg(x.name ORDER BY x.rank NULLS LAST, x.id))[1] AS grid,
                 array_remove(array_agg(x.grid_id), NULL) AS grid_ids
          FROM (SELECT p.id, p.role, p.grid_id, g.name, array_position(roles, p.role) AS rank
                FROM post p LEFT JOIN grid g ON g.id = p.grid_id
                WHERE p.person_id = whom AND p.valid_from <= t
                  AND (p.valid_to IS NULL OR p.valid_to > t)) x) o
$$;

CREATE FUNCTION public.notify_call() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public'
    AS $$
BEGIN
    PERFORM pg_notify('wangge_call', id::text) FROM (SELECT DISTINCT session_id AS id FROM changed) c;
    PERFORM pg_notify('wangge_ring', id::text)
    FROM (SELECT DISTINCT session_id AS id FROM changed
          WHERE attempt_id IS NOT NULL AND action NOT IN ('ringing', 'answered')) c;
    RETURN NULL;
END $$;

CREATE FUNCTION public.notify_event() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public'
    AS $$
DECLARE
    ids text;
    n integer;
BEGIN
    SELECT count(*), string_agg(id::text, ',') INTO n, ids
    FROM (SELECT id FROM changed LIMIT 501) c;
    IF n > 500 THEN ids := 'all'; END IF;
    IF n > 0 THEN PERFORM pg_notify('wangge_event', ids); END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION public.notify_places() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public'
    AS $$
BEGIN
    PERFORM pg_notify('wangge_places', TG_TABLE_NAME);
    RETURN NULL;
END $$;

CREATE FUNCTION public.notify_source() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public'
    AS $$
BEGIN
    PERFORM pg_notify('wangge_places', 'source');
    RETURN NULL;
END $$;

CREATE FUNCTION public.prune_import_changes(keep integer) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
    WITH old AS (
        UPDATE import_run SET forgotten = true
        WHERE NOT forgotten AND stopped_at IS NULL AND id <= (
            SELECT id FROM import_run WHERE stopped_at IS NULL ORDER BY id DESC OFFSET keep LIMIT 1)
        RETURNING id)
    DELETE FROM import_change WHERE run_id IN (SELECT id FROM old)
$$;

CREATE FUNCTION public.refresh_area_path() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    AS $$
BEGIN
    DELETE FROM area_path;
    INSERT INTO area_path
    WITH RECURSIVE up (ancestor_id, area_id) AS (
        SELECT id, id FROM area
        UNION
        SELECT a.parent_id, up.area_id FROM up JOIN area a ON a.id = up.ancestor_id
        WHERE a.parent_id IS NOT NULL)
    SELECT * FROM up;
    DELETE FROM area_scope;
    INSERT INTO area_scope SELECT ancestor_id, array_agg(area_id ORDER BY area_id) FROM area_path GROUP BY ancestor_id;
    RETURN NULL;
END $$;

CREATE FUNCTION public.set_yellow_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.yellow_at := NEW.opened_at + 0.8 * (NEW.due_at - NEW.opened_at);
    RETURN NEW;
END $$;

CREATE FUNCTION public.undo_import(run integer, at timestamp with time zone) RETURNS TABLE(tab text, action text, n bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public'
    SET "TimeZone" TO 'UTC'
    SET "DateStyle" TO 'ISO, YMD'
    SET "IntervalStyle" TO 'postgres'
    SET extra_float_digits TO '1'
    SET bytea_output TO 'hex'
    AS $_$
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
END $_$;

CREATE TABLE public.actor (
    id integer NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    area_id integer NOT NULL,
    person_id integer,
    source_id integer,
    password_hash text,
    secret_hash bytea,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT actor_kind_check CHECK ((kind = ANY (ARRAY['account'::text, 'token'::text, 'kiosk'::text, 'system'::text])))
);

ALTER TABLE public.actor ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.actor_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.alert_message (
    source_id integer NOT NULL,
    sender text NOT NULL,
    identifier text NOT NULL,
    area_id integer NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    refs text[] DEFAULT '{}'::text[] NOT NULL,
    outcome text NOT NULL,
    event_id bigint,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.alert_message FORCE ROW LEVEL SECURITY;

CREATE TABLE public.announced_cut (
    id integer NOT NULL,
    area_id integer NOT NULL,
    actor_id integer NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    within text,
    files text[] NOT NULL,
    grids jsonb NOT NULL,
    announced integer NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    run integer,
    why jsonb,
    CONSTRAINT announced_cut_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'done'::text, 'failed'::text])))
);

ALTER TABLE ONLY public.announced_cut FORCE ROW LEVEL SECURITY;

ALTER TABLE public.announced_cut ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.announced_cut_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.area (
    id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    level text NOT NULL,
    parent_id integer,
    geom public.geometry(MultiPolygon,4326),
    population integer,
    predecessor integer[] DEFAULT '{}'::integer[] NOT NULL,
    valid_from date DEFAULT '-infinity'::date NOT NULL,
    valid_to date,
    CONSTRAINT area_geom_check CHECK (((geom IS NULL) OR ((public.st_xmin((geom)::public.box3d) >= ('-180'::integer)::double precision) AND (public.st_xmax((geom)::public.box3d) <= (180)::double precision) AND (public.st_ymin((geom)::public.box3d) >= ('-90'::integer)::double precision) AND (public.st_ymax((geom)::public.box3d) <= (90)::double precision))))
);

ALTER TABLE ONLY public.area FORCE ROW LEVEL SECURITY;

ALTER TABLE public.area ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.area_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.area_path (
    ancestor_id integer NOT NULL,
    area_id integer NOT NULL
);

CREATE TABLE public.area_scope (
    area_id integer NOT NULL,
    area_ids integer[] NOT NULL
);

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    actor_id integer,
    action text NOT NULL,
    object text,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.audit ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.basemap (
    id smallint DEFAULT 1 NOT NULL,
    kind text NOT NULL,
    location text NOT NULL,
    key text,
    tms boolean DEFAULT false NOT NULL,
    system text NOT NULL,
    scheme text NOT NULL,
    imagery boolean DEFAULT false NOT NULL,
    attribution text DEFAULT ''::text NOT NULL,
    min_zoom smallint NOT NULL,
    max_zoom smallint NOT NULL,
    version text NOT NULL,
    labels text,
    labels_min_zoom smallint,
    labels_max_zoom smallint,
    dark boolean DEFAULT false NOT NULL,
    strength smallint DEFAULT 100 NOT NULL,
    CONSTRAINT basemap_check CHECK (((max_zoom >= min_zoom) AND (max_zoom <= 24))),
    CONSTRAINT basemap_check1 CHECK (((system <> 'GCJ02'::text) OR (scheme = 'mercator'::text))),
    CONSTRAINT basemap_check2 CHECK (((labels_max_zoom >= labels_min_zoom) AND (labels_max_zoom <= 24))),
    CONSTRAINT basemap_check3 CHECK ((num_nulls(labels, labels_min_zoom, labels_max_zoom) = ANY (ARRAY[0, 3]))),
    CONSTRAINT basemap_check4 CHECK ((NOT (dark AND imagery))),
    CONSTRAINT basemap_id_check CHECK ((id = 1)),
    CONSTRAINT basemap_kind_check CHECK ((kind = ANY (ARRAY['xyz'::text, 'mbtiles'::text, 'pmtiles'::text, 'wmts'::text]))),
    CONSTRAINT basemap_labels_min_zoom_check CHECK ((labels_min_zoom >= 0)),
    CONSTRAINT basemap_min_zoom_check CHECK ((min_zoom >= 0)),
    CONSTRAINT basemap_scheme_check CHECK ((scheme = ANY (ARRAY['mercator'::text, 'geographic'::text]))),
    CONSTRAINT basemap_strength_check CHECK (((strength >= 10) AND (strength <= 100))),
    CONSTRAINT basemap_system_check CHECK ((system = ANY (ARRAY['WGS84'::text, 'CGCS2000'::text, 'GCJ02'::text])))
);

CREATE TABLE public.building (
    id integer NOT NULL,
    code text NOT NULL,
    area_id integer NOT NULL,
    dwellings integer DEFAULT 0 NOT NULL,
    geom public.geometry(Geometry,4326) NOT NULL,
    content_hash text,
    CONSTRAINT building_geom_check CHECK ((public.geometrytype(geom) = ANY (ARRAY['POLYGON'::text, 'MULTIPOLYGON'::text])))
);

ALTER TABLE ONLY public.building FORCE ROW LEVEL SECURITY;

ALTER TABLE public.building ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.building_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.call_attempt (
    id bigint NOT NULL,
    session_id bigint NOT NULL,
    area_id integer NOT NULL,
    step smallint NOT NULL,
    person_id integer NOT NULL,
    channel text NOT NULL,
    try smallint DEFAULT 1 NOT NULL,
    state text DEFAULT 'queued'::text NOT NULL,
    owner text,
    lease_until timestamp with time zone,
    queued_at timestamp with time zone NOT NULL,
    ringing_at timestamp with time zone,
    ring_until timestamp with time zone,
    ended_at timestamp with time zone,
    drill boolean DEFAULT false NOT NULL,
    who jsonb DEFAULT '{}'::jsonb NOT NULL,
    self_test boolean DEFAULT false NOT NULL,
    CONSTRAINT call_attempt_drill_owner CHECK (((owner IS NULL) OR ((owner = 'drill'::text) = drill))),
    CONSTRAINT call_attempt_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'dialling'::text, 'ringing'::text, 'answered'::text, 'acknowledged'::text, 'busy'::text, 'declined'::text, 'no_answer'::text, 'offline'::text, 'failed'::text, 'cancelled'::text, 'interrupted'::text, 'ambiguous'::text])))
);

ALTER TABLE ONLY public.call_attempt FORCE ROW LEVEL SECURITY;

ALTER TABLE public.call_attempt ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.call_attempt_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.call_drill (
    id bigint NOT NULL,
    area_id integer NOT NULL,
    name text NOT NULL,
    scenario jsonb NOT NULL,
    actor_id integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    request_key text NOT NULL,
    started_real timestamp with time zone NOT NULL,
    next_at timestamp with time zone,
    clicked smallint DEFAULT 0 NOT NULL,
    missed jsonb DEFAULT '[]'::jsonb NOT NULL,
    stopped_by text
);

ALTER TABLE ONLY public.call_drill FORCE ROW LEVEL SECURITY;

ALTER TABLE public.call_drill ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.call_drill_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.call_event (
    id bigint NOT NULL,
    session_id bigint NOT NULL,
    attempt_id bigint,
    area_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    action text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.call_event FORCE ROW LEVEL SECURITY;

ALTER TABLE public.call_event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.call_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.call_policy (
    id integer NOT NULL,
    code text NOT NULL,
    name_zh text NOT NULL,
    name_en text DEFAULT ''::text NOT NULL,
    grid_kind text,
    event_type text,
    severity text,
    need smallint DEFAULT 1 NOT NULL,
    ack_timeout_s integer,
    quiet_from time without time zone,
    quiet_until time without time zone,
    most_per_hour smallint,
    active boolean DEFAULT true NOT NULL,
    CONSTRAINT call_policy_ack_timeout_s_check CHECK (((ack_timeout_s >= 10) AND (ack_timeout_s <= 86400))),
    CONSTRAINT call_policy_most_per_hour_check CHECK ((most_per_hour > 0)),
    CONSTRAINT call_policy_need_check CHECK (((need >= 0) AND (need <= 100))),
    CONSTRAINT call_policy_quiet CHECK (((quiet_from IS NULL) = (quiet_until IS NULL))),
    CONSTRAINT call_policy_severity_check CHECK ((severity = ANY (ARRAY['ordinary'::text, 'urgent'::text])))
);

ALTER TABLE public.call_policy ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.call_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.call_policy_step (
    policy_id integer NOT NULL,
    "position" smallint NOT NULL,
    target text NOT NULL,
    channels text[] DEFAULT '{page}'::text[] NOT NULL,
    ring_s integer DEFAULT 25 NOT NULL,
    k smallint DEFAULT 3 NOT NULL,
    CONSTRAINT call_policy_step_k_check CHECK (((k >= 1) AND (k <= 20))),
    CONSTRAINT call_policy_step_ring_s_check CHECK ((ring_s > 0))
);

ALTER TABLE public.call_session ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.call_session_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.contact (
    person_id integer NOT NULL,
    channel text DEFAULT 'phone'::text NOT NULL,
    address text NOT NULL,
    area_id integer NOT NULL,
    verified_at timestamp with time zone,
    verified_how text,
    verified_by integer,
    doubt text,
    CONSTRAINT contact_doubt CHECK (((doubt IS NULL) OR (verified_at IS NULL))),
    CONSTRAINT contact_doubt_check CHECK ((doubt = ANY (ARRAY['changed'::text, 'withdrawn'::text]))),
    CONSTRAINT contact_verified CHECK (((verified_at IS NULL) = (verified_how IS NULL))),
    CONSTRAINT contact_verified_how_check CHECK ((verified_how = ANY (ARRAY['call'::text, 'message'::text, 'desk'::text])))
);

ALTER TABLE ONLY public.contact FORCE ROW LEVEL SECURITY;

CREATE TABLE public.engine_mark (
    job text NOT NULL,
    reached_at timestamp with time zone NOT NULL
);

CREATE TABLE public.event (
    id bigint NOT NULL,
    source_id integer NOT NULL,
    source_key text NOT NULL,
    type_id integer NOT NULL,
    area_id integer NOT NULL,
    grid_ids integer[] DEFAULT '{}'::integer[] NOT NULL,
    geom public.geometry(Point,4326),
    original_lon double precision,
    original_lat double precision,
    coord_sys text DEFAULT 'WGS84'::text NOT NULL,
    address text,
    text text DEFAULT ''::text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone,
    yellow_at timestamp with time zone,
    closed_at timestamp with time zone,
    settled_at text,
    satisfied boolean,
    content_hash text,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    revised_at timestamp with time zone,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    extent public.geometry(Geometry,4326),
    CONSTRAINT event_settled_at_check CHECK ((settled_at = ANY (ARRAY['grid'::text, 'community'::text, 'town'::text, 'district'::text])))
);

ALTER TABLE ONLY public.event FORCE ROW LEVEL SECURITY;

CREATE TABLE public.event_class (
    class text NOT NULL,
    rank smallint NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL
);

ALTER TABLE public.event ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.event_log (
    id bigint NOT NULL,
    event_id bigint NOT NULL,
    area_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    action text NOT NULL,
    actor_id integer,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY public.event_log FORCE ROW LEVEL SECURITY;

ALTER TABLE public.event_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.event_type (
    id integer NOT NULL,
    code text NOT NULL,
    class text DEFAULT 'other'::text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    limit_s integer,
    urgent boolean DEFAULT false NOT NULL,
    attributes jsonb DEFAULT '[]'::jsonb NOT NULL
);

ALTER TABLE public.event_type ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.facility (
    id integer NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    area_id integer NOT NULL,
    geom public.geometry(Point,4326) NOT NULL,
    service_radius_m double precision,
    address text,
    content_hash text,
    CONSTRAINT facility_service_radius_m_check CHECK ((service_radius_m > (0)::double precision))
);

ALTER TABLE ONLY public.facility FORCE ROW LEVEL SECURITY;

ALTER TABLE public.facility ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.facility_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.facility_kind (
    kind text NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL
);

CREATE TABLE public.feed_check (
    checked_at timestamp with time zone NOT NULL
);

CREATE TABLE public.feed_shift (
    source text NOT NULL,
    what text NOT NULL,
    reference text NOT NULL,
    conversion text NOT NULL,
    crs text NOT NULL,
    points integer NOT NULL,
    share double precision NOT NULL,
    shift_m double precision NOT NULL,
    before_m double precision NOT NULL,
    after_m double precision NOT NULL,
    CONSTRAINT feed_shift_what_check CHECK ((what = ANY (ARRAY['events'::text, 'positions'::text])))
);

CREATE TABLE public.grid (
    id integer NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    area_id integer NOT NULL,
    geom public.geometry(MultiPolygon,4326) NOT NULL,
    households integer,
    population integer,
    version integer DEFAULT 1 NOT NULL,
    predecessor integer[] DEFAULT '{}'::integer[] NOT NULL,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone,
    content_hash text,
    CONSTRAINT grid_geom_check CHECK (((public.st_xmin((geom)::public.box3d) >= ('-180'::integer)::double precision) AND (public.st_xmax((geom)::public.box3d) <= (180)::double precision) AND (public.st_ymin((geom)::public.box3d) >= ('-90'::integer)::double precision) AND (public.st_ymax((geom)::public.box3d) <= (90)::double precision)))
);

ALTER TABLE ONLY public.grid FORCE ROW LEVEL SECURITY;

ALTER TABLE public.grid ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.grid_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.grid_kind (
    kind text NOT NULL,
    rank smallint NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    tiles boolean DEFAULT false NOT NULL,
    tiles_with text,
    CONSTRAINT grid_kind_check CHECK (((tiles_with IS NULL) OR tiles))
);

CREATE TABLE public.grid_visit (
    person_id integer NOT NULL,
    grid_id integer NOT NULL,
    area_id integer NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    left_at timestamp with time zone
);

ALTER TABLE ONLY public.grid_visit FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ground (
    id integer NOT NULL,
    kind text NOT NULL,
    name text,
    geom public.geometry(Geometry,4326) NOT NULL,
    code text,
    content_hash text,
    CONSTRAINT ground_kind_check CHECK ((kind = ANY (ARRAY['water'::text, 'wood'::text])))
);

ALTER TABLE public.ground ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ground_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.hook (
    source_id integer NOT NULL,
    mapping jsonb NOT NULL,
    secret text,
    signature_header text,
    timestamp_header text
);

ALTER TABLE ONLY public.hook FORCE ROW LEVEL SECURITY;

CREATE TABLE public.import_change (
    run_id integer NOT NULL,
    step bigint NOT NULL,
    tab text NOT NULL,
    action text NOT NULL,
    keys text[] NOT NULL,
    before text[],
    after bigint[] NOT NULL,
    CONSTRAINT import_change_action_check CHECK ((action = ANY (ARRAY['insert'::text, 'update'::text])))
);

ALTER TABLE public.import_change ALTER COLUMN step ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.import_change_step_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.import_run (
    id integer NOT NULL,
    area_id integer NOT NULL,
    actor_id integer NOT NULL,
    noun text NOT NULL,
    files text[] NOT NULL,
    options jsonb NOT NULL,
    report jsonb,
    shapes jsonb,
    at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    forgotten boolean DEFAULT false NOT NULL,
    undone_at timestamp with time zone,
    undone_by integer,
    stopped_at timestamp with time zone,
    stopped_by integer,
    CONSTRAINT import_run_stopped CHECK (((stopped_at IS NULL) OR (undone_at IS NULL)))
);

ALTER TABLE ONLY public.import_run FORCE ROW LEVEL SECURITY;

ALTER TABLE public.import_run ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.import_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.import_table (
    tab text NOT NULL,
    key text NOT NULL
);

CREATE TABLE public.intake_counter (
    process text NOT NULL,
    door text NOT NULL,
    reason text NOT NULL,
    n bigint DEFAULT 0 NOT NULL
);

CREATE TABLE public.latest_position (
    person_id integer NOT NULL,
    area_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    accuracy_m real,
    speed_mps real,
    battery real,
    source_id integer NOT NULL,
    coord_sys text DEFAULT 'WGS84'::text NOT NULL,
    original_lon double precision NOT NULL,
    original_lat double precision NOT NULL,
    grid_ids integer[] DEFAULT '{}'::integer[] NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    cell_x integer GENERATED ALWAYS AS ((floor((lon * (400)::double precision)))::integer) STORED NOT NULL,
    cell_y integer GENERATED ALWAYS AS ((floor((lat * (400)::double precision)))::integer) STORED NOT NULL
)
WITH (fillfactor='40');

ALTER TABLE ONLY public.latest_position FORCE ROW LEVEL SECURITY;

CREATE TABLE public.level (
    code text NOT NULL,
    rank smallint NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL
);

CREATE TABLE public.login_code (
    code_hash bytea NOT NULL,
    actor_id integer NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

CREATE TABLE public.login_session (
    secret_hash bytea NOT NULL,
    actor_id integer NOT NULL,
    code_hash bytea,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone
);

CREATE TABLE public.migration (
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.page_left (
    person_id integer NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

CREATE TABLE public.person (
    id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    area_id integer NOT NULL,
    force_type text DEFAULT 'grid_worker'::text NOT NULL,
    team text,
    active boolean DEFAULT true NOT NULL,
    content_hash text
);

ALTER TABLE ONLY public.person FORCE ROW LEVEL SECURITY;

ALTER TABLE public.person ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.person_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.phone_day (
    code text NOT NULL,
    area_id integer NOT NULL,
    day date NOT NULL,
    reason text NOT NULL,
    n bigint NOT NULL,
    heard_at timestamp with time zone NOT NULL,
    offset_s double precision
);

ALTER TABLE ONLY public.phone_day FORCE ROW LEVEL SECURITY;

CREATE TABLE public.position_history (
    person_id integer NOT NULL,
    area_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    accuracy_m real,
    speed_mps real,
    battery real,
    source_id integer NOT NULL,
    coord_sys text DEFAULT 'WGS84'::text NOT NULL,
    original_lon double precision NOT NULL,
    original_lat double precision NOT NULL,
    grid_ids integer[] DEFAULT '{}'::integer[] NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
)
PARTITION BY RANGE (at);

ALTER TABLE ONLY public.position_history FORCE ROW LEVEL SECURITY;

CREATE TABLE public.position_history_rest (
    person_id integer NOT NULL,
    area_id integer NOT NULL,
    at timestamp with time zone NOT NULL,
    lon double precision NOT NULL,
    lat double precision NOT NULL,
    accuracy_m real,
    speed_mps real,
    battery real,
    source_id integer NOT NULL,
    coord_sys text DEFAULT 'WGS84'::text NOT NULL,
    original_lon double precision NOT NULL,
    original_lat double precision NOT NULL,
    grid_ids integer[] DEFAULT '{}'::integer[] NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.post (
    id integer NOT NULL,
    person_id integer NOT NULL,
    role text NOT NULL,
    grid_id integer,
    area_id integer NOT NULL,
    valid_from timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
    valid_to timestamp with time zone,
    source_id integer
);

ALTER TABLE ONLY public.post FORCE ROW LEVEL SECURITY;

ALTER TABLE public.post ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.post_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.presence (
    process text NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    person_id integer,
    seen_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    heard_at timestamp with time zone,
    CONSTRAINT presence_kind_check CHECK ((kind = ANY (ARRAY['screen'::text, 'duty'::text])))
);

CREATE TABLE public.reporter (
    event_id bigint NOT NULL,
    area_id integer NOT NULL,
    token text,
    contact jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY public.reporter FORCE ROW LEVEL SECURITY;

CREATE TABLE public.road (
    id integer NOT NULL,
    class text NOT NULL,
    name text,
    geom public.geometry(Geometry,4326) NOT NULL,
    code text,
    content_hash text,
    CONSTRAINT road_class_check CHECK ((class = ANY (ARRAY['trunk'::text, 'main'::text, 'minor'::text, 'track'::text, 'rail'::text]))),
    CONSTRAINT road_geom_check CHECK ((public.geometrytype(geom) = ANY (ARRAY['LINESTRING'::text, 'MULTILINESTRING'::text])))
);

ALTER TABLE public.road ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.road_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.shift (
    id bigint NOT NULL,
    person_id integer NOT NULL,
    area_id integer NOT NULL,
    planned_start timestamp with time zone NOT NULL,
    planned_end timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT shift_check CHECK ((planned_end > planned_start))
);

ALTER TABLE ONLY public.shift FORCE ROW LEVEL SECURITY;

ALTER TABLE public.shift ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.shift_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.site (
    id smallint DEFAULT 1 NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL,
    timezone text DEFAULT 'Asia/Shanghai'::text NOT NULL,
    fresh_s integer DEFAULT 60 NOT NULL,
    ageing_s integer DEFAULT 300 NOT NULL,
    offline_s integer DEFAULT 1800 NOT NULL,
    load_kind text DEFAULT 'service'::text NOT NULL,
    clock_speed double precision DEFAULT 1 NOT NULL,
    anchor_real timestamp with time zone,
    anchor_site timestamp with time zone,
    duty_from time without time zone,
    duty_to time without time zone,
    mark text DEFAULT "left"(replace((gen_random_uuid())::text, '-'::text, ''::text), 12) NOT NULL,
    open311_public boolean DEFAULT false NOT NULL,
    open311_daily integer DEFAULT 0 NOT NULL,
    open311_jurisdiction text,
    public_url text DEFAULT ''::text NOT NULL,
    contacts_days integer DEFAULT 180 NOT NULL,
    CONSTRAINT site_check CHECK (((anchor_real IS NULL) = (anchor_site IS NULL))),
    CONSTRAINT site_check1 CHECK ((((duty_from IS NULL) = (duty_to IS NULL)) AND (duty_from <> duty_to))),
    CONSTRAINT site_contacts_days_check CHECK (((contacts_days >= 0) AND (contacts_days <= 3650))),
    CONSTRAINT site_id_check CHECK ((id = 1)),
    CONSTRAINT site_open311_daily_check CHECK ((open311_daily >= 0))
);

CREATE TABLE public.source (
    id integer NOT NULL,
    name text NOT NULL,
    kind text DEFAULT 'api'::text NOT NULL,
    area_id integer NOT NULL,
    coord_sys text DEFAULT 'WGS84'::text NOT NULL
);

ALTER TABLE public.source ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.source_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE ONLY public.position_history ATTACH PARTITION public.position_history_rest DEFAULT;

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY public.alert_message
    ADD CONSTRAINT alert_message_pkey PRIMARY KEY (source_id, sender, identifier);

ALTER TABLE ONLY public.announced_cut
    ADD CONSTRAINT announced_cut_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.area_path
    ADD CONSTRAINT area_path_pkey PRIMARY KEY (ancestor_id, area_id);

ALTER TABLE ONLY public.area
    ADD CONSTRAINT area_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.area_scope
    ADD CONSTRAINT area_scope_pkey PRIMARY KEY (area_id);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.basemap
    ADD CONSTRAINT basemap_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.building
    ADD CONSTRAINT building_code_key UNIQUE (code);

ALTER TABLE ONLY public.building
    ADD CONSTRAINT building_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.call_attempt
    ADD CONSTRAINT call_attempt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.call_attempt
    ADD CONSTRAINT call_attempt_session_id_step_person_id_channel_try_key UNIQUE (session_id, step, person_id, channel, try);

ALTER TABLE ONLY public.call_drill
    ADD CONSTRAINT call_drill_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.call_drill
    ADD CONSTRAINT call_drill_request_key_key UNIQUE (request_key);

ALTER TABLE ONLY public.call_event
    ADD CONSTRAINT call_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.call_policy
    ADD CONSTRAINT call_policy_code_key UNIQUE (code);

ALTER TABLE ONLY public.call_policy
    ADD CONSTRAINT call_policy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.call_policy_step
    ADD CONSTRAINT call_policy_step_pkey PRIMARY KEY (policy_id, "position");

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_is_drill UNIQUE (id, is_drill);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_request_key_key UNIQUE (request_key);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_pkey PRIMARY KEY (person_id, channel);

ALTER TABLE ONLY public.engine_mark
    ADD CONSTRAINT engine_mark_pkey PRIMARY KEY (job);

ALTER TABLE ONLY public.event_class
    ADD CONSTRAINT event_class_pkey PRIMARY KEY (class);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_source_id_source_key_key UNIQUE (source_id, source_key);

ALTER TABLE ONLY public.event_type
    ADD CONSTRAINT event_type_code_key UNIQUE (code);

ALTER TABLE ONLY public.event_type
    ADD CONSTRAINT event_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.facility
    ADD CONSTRAINT facility_code_key UNIQUE (code);

ALTER TABLE ONLY public.facility_kind
    ADD CONSTRAINT facility_kind_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY public.facility
    ADD CONSTRAINT facility_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.feed_shift
    ADD CONSTRAINT feed_shift_pkey PRIMARY KEY (source, what);

ALTER TABLE ONLY public.grid_kind
    ADD CONSTRAINT grid_kind_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY public.grid
    ADD CONSTRAINT grid_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.grid_visit
    ADD CONSTRAINT grid_visit_pkey PRIMARY KEY (person_id, grid_id, entered_at);

ALTER TABLE ONLY public.ground
    ADD CONSTRAINT ground_kind_code_key UNIQUE (kind, code);

ALTER TABLE ONLY public.ground
    ADD CONSTRAINT ground_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.hook
    ADD CONSTRAINT hook_pkey PRIMARY KEY (source_id);

ALTER TABLE ONLY public.import_change
    ADD CONSTRAINT import_change_pkey PRIMARY KEY (step);

ALTER TABLE ONLY public.import_run
    ADD CONSTRAINT import_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.import_table
    ADD CONSTRAINT import_table_pkey PRIMARY KEY (tab);

ALTER TABLE ONLY public.intake_counter
    ADD CONSTRAINT intake_counter_pkey PRIMARY KEY (process, door, reason);

ALTER TABLE ONLY public.latest_position
    ADD CONSTRAINT latest_position_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.level
    ADD CONSTRAINT level_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.level
    ADD CONSTRAINT level_rank_key UNIQUE (rank);

ALTER TABLE ONLY public.login_code
    ADD CONSTRAINT login_code_pkey PRIMARY KEY (code_hash);

ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT login_session_pkey PRIMARY KEY (secret_hash);

ALTER TABLE ONLY public.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.page_left
    ADD CONSTRAINT page_left_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_code_key UNIQUE (code);

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.phone_day
    ADD CONSTRAINT phone_day_pkey PRIMARY KEY (code, area_id, day, reason);

ALTER TABLE ONLY public.position_history
    ADD CONSTRAINT position_history_pkey PRIMARY KEY (person_id, at);

ALTER TABLE ONLY public.position_history_rest
    ADD CONSTRAINT position_history_rest_pkey PRIMARY KEY (person_id, at);

ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_pkey PRIMARY KEY (process, key);

ALTER TABLE ONLY public.reporter
    ADD CONSTRAINT reporter_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.reporter
    ADD CONSTRAINT reporter_token_key UNIQUE (token);

ALTER TABLE ONLY public.road
    ADD CONSTRAINT road_code_key UNIQUE (code);

ALTER TABLE ONLY public.road
    ADD CONSTRAINT road_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.shift
    ADD CONSTRAINT shift_person_id_planned_start_key UNIQUE (person_id, planned_start);

ALTER TABLE ONLY public.shift
    ADD CONSTRAINT shift_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.site
    ADD CONSTRAINT site_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_name_key UNIQUE (name);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX actor_account ON public.actor USING btree (name) WHERE (kind = 'account'::text);

CREATE UNIQUE INDEX actor_system ON public.actor USING btree (kind) WHERE (kind = 'system'::text);

CREATE INDEX alert_message_refs ON public.alert_message USING gin (refs);

CREATE UNIQUE INDEX announced_cut_waiting ON public.announced_cut USING btree (kind) WHERE (state = 'waiting'::text);

CREATE UNIQUE INDEX area_code ON public.area USING btree (level, code) WHERE (valid_to IS NULL);

CREATE INDEX area_geom ON public.area USING gist (geom);

CREATE INDEX area_path_area ON public.area_path USING btree (area_id);

CREATE UNIQUE INDEX area_root ON public.area USING btree (((parent_id IS NULL))) WHERE ((parent_id IS NULL) AND (valid_to IS NULL));

CREATE INDEX building_geom ON public.building USING gist (geom);

CREATE INDEX call_attempt_open ON public.call_attempt USING btree (person_id) WHERE (ended_at IS NULL);

CREATE INDEX call_attempt_person ON public.call_attempt USING btree (person_id, queued_at);

CREATE UNIQUE INDEX call_attempt_rings_once ON public.call_attempt USING btree (person_id, channel) WHERE ((state = ANY (ARRAY['dialling'::text, 'ringing'::text, 'answered'::text])) AND (NOT drill) AND (NOT self_test));

CREATE INDEX call_attempt_session_open ON public.call_attempt USING btree (session_id) WHERE (ended_at IS NULL);

CREATE INDEX call_drill_next ON public.call_drill USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE INDEX call_event_held ON public.call_event USING btree (session_id) WHERE (action = 'held'::text);

CREATE INDEX call_event_session ON public.call_event USING btree (session_id);

CREATE INDEX call_session_drill ON public.call_session USING btree (drill_id) WHERE (drill_id IS NOT NULL);

CREATE INDEX call_session_next ON public.call_session USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE UNIQUE INDEX call_session_one_test ON public.call_session USING btree (person_id) WHERE ((purpose = 'self_test'::text) AND (state = 'running'::text));

CREATE INDEX call_session_running ON public.call_session USING btree (id) WHERE (state = 'running'::text);

CREATE INDEX call_session_started ON public.call_session USING btree (started_at, id);

CREATE INDEX call_session_tests ON public.call_session USING btree (person_id, started_at) WHERE (purpose = 'self_test'::text);

CREATE INDEX event_due ON public.event USING btree (due_at);

CREATE INDEX event_geom ON public.event USING gist (geom);

CREATE INDEX event_grids ON public.event USING gin (grid_ids);

CREATE INDEX event_grids_open ON public.event USING gin (grid_ids) WHERE (closed_at IS NULL);

CREATE INDEX event_life ON public.event USING btree (closed_at, opened_at);

CREATE INDEX event_log_event ON public.event_log USING btree (event_id);

CREATE INDEX event_opened ON public.event USING btree (opened_at);

CREATE INDEX event_still_open ON public.event USING btree (opened_at) WHERE (closed_at IS NULL);

CREATE INDEX event_yellow ON public.event USING btree (yellow_at);

CREATE INDEX facility_area ON public.facility USING btree (area_id);

CREATE INDEX facility_geom ON public.facility USING gist (geom);

CREATE INDEX grid_area ON public.grid USING btree (area_id);

CREATE UNIQUE INDEX grid_code ON public.grid USING btree (kind, code) WHERE (valid_to IS NULL);

CREATE INDEX grid_ended ON public.grid USING btree (valid_to) WHERE (valid_to IS NOT NULL);

CREATE INDEX grid_geom ON public.grid USING gist (geom);

CREATE INDEX grid_visit_open ON public.grid_visit USING btree (person_id) WHERE (left_at IS NULL);

CREATE INDEX ground_geom ON public.ground USING gist (geom);

CREATE INDEX import_change_run ON public.import_change USING btree (run_id);

CREATE INDEX latest_position_cell ON public.latest_position USING btree (cell_y, cell_x);

CREATE INDEX person_area ON public.person USING btree (area_id);

CREATE INDEX phone_day_heard ON public.phone_day USING btree (day, heard_at);

CREATE INDEX position_history_at ON ONLY public.position_history USING brin (at);

CREATE INDEX position_history_rest_at_idx ON public.position_history_rest USING brin (at);

CREATE INDEX post_grid ON public.post USING btree (grid_id);

CREATE INDEX post_person ON public.post USING btree (person_id);

CREATE INDEX post_source ON public.post USING btree (source_id) WHERE (valid_to IS NULL);

CREATE INDEX presence_person ON public.presence USING btree (person_id) WHERE (kind = 'duty'::text);

CREATE INDEX reporter_kept ON public.reporter USING btree (event_id) WHERE (contact <> '{}'::jsonb);

CREATE INDEX road_geom ON public.road USING gist (geom);

CREATE INDEX shift_time ON public.shift USING btree (planned_start, planned_end);

ALTER INDEX public.position_history_at ATTACH PARTITION public.position_history_rest_at_idx;

ALTER INDEX public.position_history_pkey ATTACH PARTITION public.position_history_rest_pkey;

CREATE TRIGGER area_path AFTER INSERT OR DELETE OR UPDATE OF parent_id ON public.area FOR EACH STATEMENT EXECUTE FUNCTION public.refresh_area_path();

CREATE TRIGGER call_event_inserted AFTER INSERT ON public.call_event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.notify_call();

CREATE TRIGGER contact_changed BEFORE UPDATE ON public.contact FOR EACH ROW EXECUTE FUNCTION public.forget_verification();

CREATE TRIGGER event_inserted AFTER INSERT ON public.event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.notify_event();

CREATE TRIGGER event_updated AFTER UPDATE ON public.event REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.notify_event();

CREATE TRIGGER event_yellow_at BEFORE INSERT OR UPDATE OF opened_at, due_at ON public.event FOR EACH ROW EXECUTE FUNCTION public.set_yellow_at();

CREATE TRIGGER journal_insert AFTER INSERT ON public.announced_cut REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.area REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.building REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.contact REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('person_id, channel');

CREATE TRIGGER journal_insert AFTER INSERT ON public.event REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.event_class REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('class');

CREATE TRIGGER journal_insert AFTER INSERT ON public.event_log REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.event_type REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.facility REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.facility_kind REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('kind');

CREATE TRIGGER journal_insert AFTER INSERT ON public.grid REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.grid_kind REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('kind');

CREATE TRIGGER journal_insert AFTER INSERT ON public.ground REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.level REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('code');

CREATE TRIGGER journal_insert AFTER INSERT ON public.person REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.post REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.road REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.site REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_insert AFTER INSERT ON public.source REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.announced_cut REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.area REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.building REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.contact REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('person_id, channel');

CREATE TRIGGER journal_update AFTER UPDATE ON public.event REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.event_class REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('class');

CREATE TRIGGER journal_update AFTER UPDATE ON public.event_log REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.event_type REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.facility REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.facility_kind REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('kind');

CREATE TRIGGER journal_update AFTER UPDATE ON public.grid REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.grid_kind REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('kind');

CREATE TRIGGER journal_update AFTER UPDATE ON public.ground REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.level REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('code');

CREATE TRIGGER journal_update AFTER UPDATE ON public.person REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.post REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.road REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.site REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER journal_update AFTER UPDATE ON public.source REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT WHEN ((COALESCE(current_setting('wangge.import_run'::text, true), ''::text) <> ''::text)) EXECUTE FUNCTION public.journal_import('id');

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.area FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.basemap FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.building FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.facility FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.grid FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.ground FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.person FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.post FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.road FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.shift FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER notify_places AFTER INSERT OR DELETE OR UPDATE ON public.site FOR EACH STATEMENT EXECUTE FUNCTION public.notify_places();

CREATE TRIGGER presence_gone AFTER DELETE ON public.presence REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.keep_page_left();

CREATE TRIGGER source_system_changed AFTER UPDATE OF coord_sys ON public.source FOR EACH ROW WHEN ((new.coord_sys <> old.coord_sys)) EXECUTE FUNCTION public.notify_source();

CREATE TRIGGER source_system_made AFTER INSERT ON public.source FOR EACH ROW WHEN ((new.coord_sys <> 'WGS84'::text)) EXECUTE FUNCTION public.notify_source();

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.actor
    ADD CONSTRAINT actor_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.alert_message
    ADD CONSTRAINT alert_message_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(id);

ALTER TABLE ONLY public.alert_message
    ADD CONSTRAINT alert_message_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.announced_cut
    ADD CONSTRAINT announced_cut_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.announced_cut
    ADD CONSTRAINT announced_cut_announced_fkey FOREIGN KEY (announced) REFERENCES public.import_run(id);

ALTER TABLE ONLY public.announced_cut
    ADD CONSTRAINT announced_cut_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.announced_cut
    ADD CONSTRAINT announced_cut_kind_fkey FOREIGN KEY (kind) REFERENCES public.grid_kind(kind);

ALTER TABLE ONLY public.announced_cut
    ADD CONSTRAINT announced_cut_run_fkey FOREIGN KEY (run) REFERENCES public.import_run(id);

ALTER TABLE ONLY public.area
    ADD CONSTRAINT area_level_fkey FOREIGN KEY (level) REFERENCES public.level(code);

ALTER TABLE ONLY public.area
    ADD CONSTRAINT area_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.building
    ADD CONSTRAINT building_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.call_attempt
    ADD CONSTRAINT call_attempt_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.call_attempt
    ADD CONSTRAINT call_attempt_session_id_fkey FOREIGN KEY (session_id, drill) REFERENCES public.call_session(id, is_drill);

ALTER TABLE ONLY public.call_drill
    ADD CONSTRAINT call_drill_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.call_drill
    ADD CONSTRAINT call_drill_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.call_event
    ADD CONSTRAINT call_event_attempt_id_fkey FOREIGN KEY (attempt_id) REFERENCES public.call_attempt(id);

ALTER TABLE ONLY public.call_event
    ADD CONSTRAINT call_event_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.call_session(id);

ALTER TABLE ONLY public.call_policy
    ADD CONSTRAINT call_policy_event_type_fkey FOREIGN KEY (event_type) REFERENCES public.event_type(code);

ALTER TABLE ONLY public.call_policy
    ADD CONSTRAINT call_policy_grid_kind_fkey FOREIGN KEY (grid_kind) REFERENCES public.grid_kind(kind);

ALTER TABLE ONLY public.call_policy_step
    ADD CONSTRAINT call_policy_step_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES public.call_policy(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_drill_id_fkey FOREIGN KEY (drill_id) REFERENCES public.call_drill(id);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(id);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_facility_id_fkey FOREIGN KEY (facility_id) REFERENCES public.facility(id);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_grid_id_fkey FOREIGN KEY (grid_id) REFERENCES public.grid(id);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.call_session
    ADD CONSTRAINT call_session_subject_area_id_fkey FOREIGN KEY (subject_area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.contact
    ADD CONSTRAINT contact_verified_by_fkey FOREIGN KEY (verified_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(id);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.event_type
    ADD CONSTRAINT event_type_class_fkey FOREIGN KEY (class) REFERENCES public.event_class(class);

ALTER TABLE ONLY public.event
    ADD CONSTRAINT event_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.event_type(id);

ALTER TABLE ONLY public.facility
    ADD CONSTRAINT facility_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.facility
    ADD CONSTRAINT facility_kind_fkey FOREIGN KEY (kind) REFERENCES public.facility_kind(kind);

ALTER TABLE ONLY public.grid
    ADD CONSTRAINT grid_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.grid
    ADD CONSTRAINT grid_kind_fkey FOREIGN KEY (kind) REFERENCES public.grid_kind(kind);

ALTER TABLE ONLY public.grid_kind
    ADD CONSTRAINT grid_kind_tiles_with_fkey FOREIGN KEY (tiles_with) REFERENCES public.grid_kind(kind);

ALTER TABLE ONLY public.grid_visit
    ADD CONSTRAINT grid_visit_grid_id_fkey FOREIGN KEY (grid_id) REFERENCES public.grid(id);

ALTER TABLE ONLY public.grid_visit
    ADD CONSTRAINT grid_visit_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.hook
    ADD CONSTRAINT hook_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.import_change
    ADD CONSTRAINT import_change_run_id_fkey FOREIGN KEY (run_id) REFERENCES public.import_run(id);

ALTER TABLE ONLY public.import_run
    ADD CONSTRAINT import_run_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.import_run
    ADD CONSTRAINT import_run_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.import_run
    ADD CONSTRAINT import_run_stopped_by_fkey FOREIGN KEY (stopped_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.import_run
    ADD CONSTRAINT import_run_undone_by_fkey FOREIGN KEY (undone_by) REFERENCES public.actor(id);

ALTER TABLE ONLY public.latest_position
    ADD CONSTRAINT latest_position_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.login_code
    ADD CONSTRAINT login_code_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT login_session_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.actor(id);

ALTER TABLE ONLY public.login_session
    ADD CONSTRAINT login_session_code_hash_fkey FOREIGN KEY (code_hash) REFERENCES public.login_code(code_hash);

ALTER TABLE ONLY public.page_left
    ADD CONSTRAINT page_left_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.person
    ADD CONSTRAINT person_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.phone_day
    ADD CONSTRAINT phone_day_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_grid_id_fkey FOREIGN KEY (grid_id) REFERENCES public.grid(id);

ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.post
    ADD CONSTRAINT post_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id);

ALTER TABLE ONLY public.presence
    ADD CONSTRAINT presence_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.reporter
    ADD CONSTRAINT reporter_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.event(id);

ALTER TABLE ONLY public.shift
    ADD CONSTRAINT shift_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE ONLY public.shift
    ADD CONSTRAINT shift_person_id_fkey FOREIGN KEY (person_id) REFERENCES public.person(id);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_area_id_fkey FOREIGN KEY (area_id) REFERENCES public.area(id);

ALTER TABLE public.alert_message ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.announced_cut ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.area ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.building ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.call_attempt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.call_drill ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.call_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.call_session ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.contact ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.event_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.facility ENABLE ROW LEVEL SECURITY;

CREATE POLICY forget ON public.reporter FOR UPDATE USING ((( SELECT public.actor_role() AS actor_role) = 'system'::text)) WITH CHECK (((contact = '{}'::jsonb) AND (( SELECT public.actor_role() AS actor_role) = 'system'::text)));

ALTER TABLE public.grid ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.grid_visit ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.hook ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.import_run ENABLE ROW LEVEL SECURITY;

CREATE POLICY keeper ON public.hook USING ((( SELECT public.actor_role() AS actor_role) = ANY (ARRAY['system'::text, 'administrator'::text])));

ALTER TABLE public.latest_position ENABLE ROW LEVEL SECURITY;

CREATE POLICY leave ON public.reporter FOR INSERT WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY look ON public.reporter FOR SELECT USING (((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])) AND (( SELECT public.actor_role() AS actor_role) = ANY (ARRAY['system'::text, 'administrator'::text, 'commander'::text, 'duty_officer'::text, 'community_officer'::text]))));

CREATE POLICY of_calls ON public.call_drill FOR SELECT USING ((EXISTS ( SELECT
   FROM public.call_session s
  WHERE (s.drill_id = call_drill.id))));

CREATE POLICY own ON public.call_attempt USING (((person_id = ( SELECT public.actor_person() AS actor_person)) AND (NOT drill)));

CREATE POLICY own ON public.shift USING ((person_id = ( SELECT public.actor_person() AS actor_person)));

ALTER TABLE public.person ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.phone_day ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.position_history ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.post ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.reporter ENABLE ROW LEVEL SECURITY;

CREATE POLICY scope ON public.alert_message USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.announced_cut USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.area FOR SELECT USING (((id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])) OR (id = ANY (( SELECT public.actor_ancestry() AS actor_ancestry)::integer[])) OR (parent_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))));

CREATE POLICY scope ON public.building USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.call_attempt USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.call_drill USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.call_event USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.call_session USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.contact USING (((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])) AND (( SELECT public.actor_role() AS actor_role) = ANY (ARRAY['system'::text, 'administrator'::text, 'commander'::text, 'duty_officer'::text, 'community_officer'::text])))) WITH CHECK (((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])) AND (( SELECT public.actor_role() AS actor_role) = ANY (ARRAY['system'::text, 'administrator'::text]))));

CREATE POLICY scope ON public.event USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.event_log USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.facility USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.grid USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.grid_visit USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.import_run USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.latest_position USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.person USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.phone_day USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.position_history USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.post USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope ON public.shift USING ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[]))) WITH CHECK ((area_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope_insert ON public.area FOR INSERT WITH CHECK ((parent_id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

CREATE POLICY scope_update ON public.area FOR UPDATE USING ((id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

ALTER TABLE public.shift ENABLE ROW LEVEL SECURITY;

CREATE POLICY undo ON public.area FOR DELETE USING ((id = ANY (( SELECT public.actor_scope() AS actor_scope)::integer[])));

REVOKE USAGE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO wangge_app;
GRANT USAGE ON SCHEMA public TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.call_session TO wangge_app;
GRANT SELECT ON TABLE public.call_session TO wangge_readonly;

REVOKE ALL ON FUNCTION public.drop_position_days_before(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.drop_position_days_before(day date) TO wangge_app;

REVOKE ALL ON FUNCTION public.ensure_position_day(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ensure_position_day(day date) TO wangge_app;

REVOKE ALL ON FUNCTION public.prune_import_changes(keep integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.prune_import_changes(keep integer) TO wangge_app;

REVOKE ALL ON FUNCTION public.undo_import(run integer, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.undo_import(run integer, at timestamp with time zone) TO wangge_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.actor TO wangge_app;

GRANT SELECT(id) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT(kind) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT(name) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT(role) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT(area_id) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT(person_id) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT(source_id) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT(expires_at) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT(revoked_at) ON TABLE public.actor TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.alert_message TO wangge_app;
GRANT SELECT ON TABLE public.alert_message TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.announced_cut TO wangge_app;
GRANT SELECT ON TABLE public.announced_cut TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.area TO wangge_app;
GRANT SELECT ON TABLE public.area TO wangge_readonly;

GRANT SELECT ON TABLE public.area_path TO wangge_app;
GRANT SELECT ON TABLE public.area_path TO wangge_readonly;

GRANT SELECT,INSERT ON TABLE public.audit TO wangge_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.basemap TO wangge_app;

GRANT SELECT(id) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(kind) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(system) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(scheme) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(imagery) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(attribution) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(min_zoom) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(max_zoom) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(version) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(labels_min_zoom) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(labels_max_zoom) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(dark) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT(strength) ON TABLE public.basemap TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.building TO wangge_app;
GRANT SELECT ON TABLE public.building TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.call_attempt TO wangge_app;
GRANT SELECT ON TABLE public.call_attempt TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.call_drill TO wangge_app;
GRANT SELECT ON TABLE public.call_drill TO wangge_readonly;

GRANT SELECT,INSERT ON TABLE public.call_event TO wangge_app;
GRANT SELECT ON TABLE public.call_event TO wangge_readonly;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_policy TO wangge_app;
GRANT SELECT ON TABLE public.call_policy TO wangge_readonly;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.call_policy_step TO wangge_app;
GRANT SELECT ON TABLE public.call_policy_step TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.contact TO wangge_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.engine_mark TO wangge_app;
GRANT SELECT ON TABLE public.engine_mark TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.event TO wangge_app;
GRANT SELECT ON TABLE public.event TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.event_class TO wangge_app;
GRANT SELECT ON TABLE public.event_class TO wangge_readonly;

GRANT SELECT,INSERT ON TABLE public.event_log TO wangge_app;
GRANT SELECT ON TABLE public.event_log TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.event_type TO wangge_app;
GRANT SELECT ON TABLE public.event_type TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.facility TO wangge_app;
GRANT SELECT ON TABLE public.facility TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.facility_kind TO wangge_app;
GRANT SELECT ON TABLE public.facility_kind TO wangge_readonly;

GRANT SELECT,UPDATE ON TABLE public.feed_check TO wangge_app;
GRANT SELECT ON TABLE public.feed_check TO wangge_readonly;

GRANT SELECT,INSERT,DELETE ON TABLE public.feed_shift TO wangge_app;
GRANT SELECT ON TABLE public.feed_shift TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.grid TO wangge_app;
GRANT SELECT ON TABLE public.grid TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.grid_kind TO wangge_app;
GRANT SELECT ON TABLE public.grid_kind TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.grid_visit TO wangge_app;
GRANT SELECT ON TABLE public.grid_visit TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.ground TO wangge_app;
GRANT SELECT ON TABLE public.ground TO wangge_readonly;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.hook TO wangge_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.import_run TO wangge_app;

GRANT USAGE ON SEQUENCE public.import_run_id_seq TO wangge_app;

GRANT SELECT ON TABLE public.import_table TO wangge_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.intake_counter TO wangge_app;
GRANT SELECT ON TABLE public.intake_counter TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.latest_position TO wangge_app;
GRANT SELECT ON TABLE public.latest_position TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.level TO wangge_app;
GRANT SELECT ON TABLE public.level TO wangge_readonly;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_code TO wangge_app;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.login_session TO wangge_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.page_left TO wangge_app;
GRANT SELECT ON TABLE public.page_left TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.person TO wangge_app;
GRANT SELECT ON TABLE public.person TO wangge_readonly;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.phone_day TO wangge_app;
GRANT SELECT ON TABLE public.phone_day TO wangge_readonly;

GRANT SELECT,INSERT ON TABLE public.position_history TO wangge_app;
GRANT SELECT ON TABLE public.position_history TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.post TO wangge_app;
GRANT SELECT ON TABLE public.post TO wangge_readonly;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.presence TO wangge_app;
GRANT SELECT ON TABLE public.presence TO wangge_readonly;

GRANT SELECT,INSERT ON TABLE public.reporter TO wangge_app;

GRANT UPDATE(contact) ON TABLE public.reporter TO wangge_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.road TO wangge_app;
GRANT SELECT ON TABLE public.road TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.shift TO wangge_app;
GRANT SELECT ON TABLE public.shift TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.site TO wangge_app;
GRANT SELECT ON TABLE public.site TO wangge_readonly;

GRANT SELECT,INSERT,UPDATE ON TABLE public.source TO wangge_app;
GRANT SELECT ON TABLE public.source TO wangge_readonly;
