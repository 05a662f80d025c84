-- What happens: positions, events, calls, and the counters that account for them.
CREATE TABLE latest_position (
    person_id    integer PRIMARY KEY REFERENCES person,
    area_id      integer NOT NULL,                   -- the person's own area: who may see it
    at           timestamptz NOT NULL,
    geog         geography(Point, 4326) NOT NULL,
    lon          double precision NOT NULL,
    lat          double precision NOT NULL,
    accuracy_m   real,
    speed_mps    real,
    battery      real,
    source_id    integer NOT NULL,
    coord_sys    text NOT NULL DEFAULT 'WGS84',
    original_lon double precision NOT NULL,
    original_lat double precision NOT NULL,
    grid_ids     integer[] NOT NULL DEFAULT '{}',
    recorded_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX latest_position_geog ON latest_position USING gist (geog);

CREATE TABLE position_history (
    person_id    integer NOT NULL,
    area_id      integer NOT NULL,
    at           timestamptz NOT NULL,
    lon          double precision NOT NULL,
    lat          double precision NOT NULL,
    accuracy_m   real,
    speed_mps    real,
    battery      real,
    source_id    integer NOT NULL,
    coord_sys    text NOT NULL DEFAULT 'WGS84',
    original_lon double precision NOT NULL,
    original_lat double precision NOT NULL,
    grid_ids     integer[] NOT NULL DEFAULT '{}',
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, at)
) PARTITION BY RANGE (at);
CREATE INDEX position_history_at ON position_history USING brin (at);
CREATE TABLE position_history_rest PARTITION OF position_history DEFAULT;

-- The application has no DDL: it asks for a day by this function, ahead of time.
CREATE FUNCTION ensure_position_day(day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    part text := 'position_history_' || to_char(day, 'YYYYMMDD');
BEGIN
    IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ensure_position_day'));
    IF to_regclass(part) IS NOT NULL THEN RETURN false; END IF;
    IF EXISTS (SELECT FROM position_history_rest
               WHERE at >= day::timestamp AT TIME ZONE 'UTC'
                 AND at < (day + 1)::timestamp AT TIME ZONE 'UTC') THEN
        RETURN false;                                -- its rows are safe in the default partition
    END IF;
    EXECUTE format('CREATE TABLE %I PARTITION OF position_history FOR VALUES FROM (%L) TO (%L)',
                   part, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
    RETURN true;
END $$;

CREATE FUNCTION drop_position_days_before(day date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
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
END $$;

CREATE TABLE grid_visit (                            -- enter and exit, by what the fixes say
    person_id  integer NOT NULL REFERENCES person,
    grid_id    integer NOT NULL REFERENCES grid,
    area_id    integer NOT NULL,
    entered_at timestamptz NOT NULL,
    left_at    timestamptz,
    PRIMARY KEY (person_id, grid_id, entered_at)
);
CREATE INDEX grid_visit_open ON grid_visit (person_id) WHERE left_at IS NULL;

-- One row a process and reason, so that two processes never wait for the same row.
CREATE TABLE intake_counter (
    process text NOT NULL,
    door    text NOT NULL,                           -- positions, events
    reason  text NOT NULL,                           -- 'received', 'accepted', or why it was rejected
    n       bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (process, door, reason)
);

CREATE TABLE event_type (
    id         integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code       text NOT NULL UNIQUE,
    class      text NOT NULL DEFAULT 'other',
    name_zh    text NOT NULL,
    name_en    text NOT NULL,
    limit_s    integer,                              -- NULL: no limit of its own
    urgent     boolean NOT NULL DEFAULT false
);

CREATE TABLE event_class (
    class   text PRIMARY KEY,
    rank    smallint NOT NULL,
    name_zh text NOT NULL,
    name_en text NOT NULL
);
INSERT INTO event_class VALUES ('other', 99, '其他', 'Other');
ALTER TABLE event_type ADD FOREIGN KEY (class) REFERENCES event_class;

CREATE TABLE event (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id    integer NOT NULL REFERENCES source,
    source_key   text NOT NULL,
    type_id      integer NOT NULL REFERENCES event_type,
    area_id      integer NOT NULL REFERENCES area,
    grid_ids     integer[] NOT NULL DEFAULT '{}',    -- those of its day: later re-cuts do not move it
    geom         geometry(Point, 4326),              -- NULL: unlocated, counted, never dropped
    original_lon double precision,
    original_lat double precision,
    coord_sys    text NOT NULL DEFAULT 'WGS84',
    address      text,
    text         text NOT NULL DEFAULT '',
    opened_at    timestamptz NOT NULL,
    due_at       timestamptz,
    yellow_at    timestamptz,                        -- 80 % of the limit, by trigger
    closed_at    timestamptz,
    settled_at   text CHECK (settled_at IN ('grid', 'community', 'town', 'district')),
    satisfied    boolean,
    content_hash text,
    recorded_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_id, source_key)
);
CREATE FUNCTION set_yellow_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.yellow_at := NEW.opened_at + 0.8 * (NEW.due_at - NEW.opened_at);
    RETURN NEW;
END $$;
CREATE TRIGGER event_yellow_at BEFORE INSERT OR UPDATE OF opened_at, due_at ON event
    FOR EACH ROW EXECUTE FUNCTION set_yellow_at();
CREATE INDEX event_opened ON event (opened_at);
CREATE INDEX event_closed ON event (closed_at);
CREATE INDEX event_still_open ON event (opened_at) WHERE closed_at IS NULL;
CREATE INDEX event_due ON event (due_at);
CREATE INDEX event_yellow ON event (yellow_at);
CREATE INDEX event_geom ON event USING gist (geom);
CREATE INDEX event_grids ON event USING gin (grid_ids);

CREATE TABLE event_log (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id    bigint NOT NULL REFERENCES event,
    area_id     integer NOT NULL,
    at          timestamptz NOT NULL,                -- site time
    action      text NOT NULL,                       -- report update close yellow red
    actor_id    integer,
    detail      jsonb NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_log_event ON event_log (event_id);

-- Ids only; a bulk load says "all" instead of overflowing the queue.
CREATE FUNCTION notify_event() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
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
CREATE TRIGGER event_inserted AFTER INSERT ON event REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION notify_event();
CREATE TRIGGER event_updated AFTER UPDATE ON event REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION notify_event();

-- How far the engine has carried time: one row a job, locked while it works.
CREATE TABLE engine_mark (
    job        text PRIMARY KEY,
    reached_at timestamptz NOT NULL
);

CREATE TABLE call_policy (
    id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL
);
CREATE TABLE call_policy_step (
    policy_id integer NOT NULL REFERENCES call_policy,
    position  smallint NOT NULL,
    target    text NOT NULL,                         -- person, grid_owner
    channels  text[] NOT NULL DEFAULT '{page}',
    ring_s    integer NOT NULL DEFAULT 25 CHECK (ring_s > 0),
    PRIMARY KEY (policy_id, position)
);

CREATE TABLE call_session (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_key text NOT NULL UNIQUE,                -- a double click is one call
    actor_id    integer NOT NULL REFERENCES actor,
    area_id     integer NOT NULL REFERENCES area,
    event_id    bigint REFERENCES event,
    grid_id     integer REFERENCES grid,
    person_id   integer REFERENCES person,
    facility_id integer REFERENCES facility,
    steps       jsonb NOT NULL,                      -- the policy as it was when clicked
    state       text NOT NULL DEFAULT 'running'
                CHECK (state IN ('running', 'acked', 'exhausted', 'cancelled')),
    outcome     text,                                -- nobody_on_duty, unreachable, …
    step        smallint NOT NULL DEFAULT 0,
    next_at     timestamptz,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX call_session_next ON call_session (next_at) WHERE state = 'running';

CREATE TABLE call_attempt (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session_id      bigint NOT NULL REFERENCES call_session,
    area_id         integer NOT NULL,
    step            smallint NOT NULL,
    person_id       integer NOT NULL REFERENCES person,
    channel         text NOT NULL,
    try             smallint NOT NULL DEFAULT 1,
    state           text NOT NULL DEFAULT 'queued' CHECK (state IN (
                        'queued', 'dialling', 'ringing', 'answered', 'acknowledged', 'busy', 'declined',
                        'no_answer', 'offline', 'failed', 'cancelled', 'interrupted', 'ambiguous')),
    owner           text,
    lease_until     timestamptz,
    queued_at       timestamptz NOT NULL,
    ringing_at      timestamptz,
    ring_until      timestamptz,
    ended_at        timestamptz,
    UNIQUE (session_id, step, person_id, channel, try)
);
CREATE INDEX call_attempt_open ON call_attempt (person_id) WHERE ended_at IS NULL;

CREATE TABLE call_event (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session_id  bigint NOT NULL REFERENCES call_session,
    attempt_id  bigint REFERENCES call_attempt,
    area_id     integer NOT NULL,
    at          timestamptz NOT NULL,
    action      text NOT NULL,
    detail      jsonb NOT NULL DEFAULT '{}',
    recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX call_event_session ON call_event (session_id);
CREATE FUNCTION notify_call() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('wangge_call', NEW.session_id::text);
    RETURN NULL;
END $$;
CREATE TRIGGER call_event_inserted AFTER INSERT ON call_event
    FOR EACH ROW EXECUTE FUNCTION notify_call();

-- Screens and duty pages that are open now, one row a connection, kept by a heartbeat.
CREATE TABLE presence (
    process   text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('screen', 'duty')),
    key       text NOT NULL,
    person_id integer REFERENCES person,
    seen_at   timestamptz NOT NULL,                  -- real time: a link is real, whatever the site's clock says
    PRIMARY KEY (process, key)
);

CREATE FUNCTION notify_places() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('wangge_places', TG_TABLE_NAME);
    RETURN NULL;
END $$;
DO $$
DECLARE t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['area', 'grid', 'facility', 'person', 'post', 'shift', 'site'] LOOP
        EXECUTE format('CREATE TRIGGER notify_places AFTER INSERT OR UPDATE OR DELETE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION notify_places()', t);
    END LOOP;
END $$;
