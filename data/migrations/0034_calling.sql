-- A policy is chosen by what was clicked: the kind of grid, the type of the event, how urgent.
ALTER TABLE call_policy
    ADD COLUMN name_en       text NOT NULL DEFAULT '',
    ADD COLUMN grid_kind     text REFERENCES grid_kind,
    ADD COLUMN event_type    text REFERENCES event_type (code),
    ADD COLUMN severity      text CHECK (severity IN ('ordinary', 'urgent')),
    ADD COLUMN need          smallint NOT NULL DEFAULT 1 CHECK (need BETWEEN 0 AND 100),
    ADD COLUMN ack_timeout_s integer CHECK (ack_timeout_s BETWEEN 10 AND 86400),
    ADD COLUMN quiet_from    time,
    ADD COLUMN quiet_until   time,
    ADD COLUMN most_per_hour smallint CHECK (most_per_hour > 0),
    ADD COLUMN active        boolean NOT NULL DEFAULT true,
    ADD CONSTRAINT call_policy_quiet CHECK ((quiet_from IS NULL) = (quiet_until IS NULL));
ALTER TABLE call_policy RENAME COLUMN name TO name_zh;
ALTER TABLE call_policy_step
    ADD COLUMN k smallint NOT NULL DEFAULT 3 CHECK (k BETWEEN 1 AND 20),
    DROP CONSTRAINT call_policy_step_policy_id_fkey,
    ADD FOREIGN KEY (policy_id) REFERENCES call_policy ON DELETE CASCADE;

-- What every site was made with; what fits no policy goes by that of the product.
DELETE FROM call_policy_step s USING call_policy p
WHERE p.id = s.policy_id AND p.code = 'default' AND s.target = 'owner' AND s.ring_s = 25
  AND (SELECT count(*) FROM call_policy_step o WHERE o.policy_id = p.id) = 1;
DELETE FROM call_policy p WHERE NOT EXISTS (SELECT FROM call_policy_step s WHERE s.policy_id = p.id);

-- A drill: the same engine, nobody's phone. `script` says how each part answers.
CREATE TABLE call_drill (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_id    integer NOT NULL REFERENCES area,
    name       text NOT NULL,
    scenario   jsonb NOT NULL,
    actor_id   integer NOT NULL REFERENCES actor,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz
);

ALTER TABLE call_session
    ADD COLUMN purpose         text NOT NULL DEFAULT 'call' CHECK (purpose IN ('call', 'self_test')),
    ADD COLUMN policy          jsonb NOT NULL DEFAULT '{}',  -- its rules as they were when clicked
    ADD COLUMN subject_area_id integer REFERENCES area,      -- everybody of an area
    ADD COLUMN ground          geometry(Polygon, 4326),      -- everybody within
    ADD COLUMN crowd           jsonb,                        -- of these: roles, team
    ADD COLUMN drill_id        bigint REFERENCES call_drill,
    ADD COLUMN fired_at        timestamptz,                  -- real: when the present step was resolved
    ADD COLUMN held_at         timestamptz,                  -- real: since when it waits for the dispatcher
    ADD COLUMN acked_at        timestamptz,                  -- site
    ADD COLUMN counts_from     smallint NOT NULL DEFAULT 0;  -- who confirmed before this step has not moved
DROP INDEX call_session_next;
CREATE INDEX call_session_next ON call_session (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX call_session_drill ON call_session (drill_id) WHERE drill_id IS NOT NULL;

-- Nobody is rung on one way by two calls at once, whatever a process believes. A drill rings nobody.
ALTER TABLE call_attempt
    ADD COLUMN drill boolean NOT NULL DEFAULT false,
    ADD COLUMN who   jsonb NOT NULL DEFAULT '{}';        -- who he was when he was called, and why at this rank
UPDATE call_attempt t SET who = e.detail
FROM call_event e JOIN call_attempt f ON f.id = e.attempt_id
WHERE e.session_id = t.session_id AND f.person_id = t.person_id AND f.step = t.step AND e.detail ? 'rank';
CREATE UNIQUE INDEX call_attempt_rings_once ON call_attempt (person_id, channel)
    WHERE state IN ('dialling', 'ringing', 'answered') AND NOT drill;
CREATE INDEX call_attempt_session_open ON call_attempt (session_id) WHERE ended_at IS NULL;

-- One NOTIFY a statement: a group call writes thousands of lines.
DROP TRIGGER call_event_inserted ON call_event;
CREATE OR REPLACE FUNCTION notify_call() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('wangge_call', id::text) FROM (SELECT DISTINCT session_id AS id FROM changed) c;
    RETURN NULL;
END $$;
CREATE TRIGGER call_event_inserted AFTER INSERT ON call_event REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION notify_call();

ALTER TABLE call_drill ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_drill FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON call_drill USING (area_id = ANY ((SELECT actor_scope())::integer[]))
    WITH CHECK (area_id = ANY ((SELECT actor_scope())::integer[]));
GRANT SELECT ON call_drill TO wangge_app, wangge_readonly;
GRANT INSERT, UPDATE ON call_drill TO wangge_app;
GRANT DELETE ON call_policy, call_policy_step TO wangge_app;

-- As in 0020, but a drill interrupts nobody.
CREATE OR REPLACE FUNCTION load_of(whom integer, t timestamptz, midnight timestamptz, roles text[])
RETURNS TABLE (post text, grid text, open_events integer, calls_today integer)
LANGUAGE sql STABLE AS $$
    SELECT o.role, o.grid,
           (SELECT count(*)::integer FROM event e
            WHERE e.closed_at IS NULL AND e.grid_ids && o.grid_ids AND e.opened_at <= t)
           + (SELECT count(*)::integer FROM event e
              WHERE e.closed_at > t AND e.grid_ids && o.grid_ids AND e.opened_at <= t),
           (SELECT count(DISTINCT c.session_id)::integer FROM call_attempt c
            WHERE c.person_id = whom AND c.queued_at >= midnight AND c.queued_at <= t AND NOT c.drill)
    FROM (SELECT (array_agg(x.role ORDER BY x.rank NULLS LAST, x.id))[1] AS role,
                 (array_agg(x.name ORDER BY x.rank NULLS LAST, x.id))[1] AS grid,
                 array_remove(array_agg(x.grid_id), NULL) AS grid_ids
          FROM (SELECT p.id, p.role, p.grid_id, g.name, array_position(roles, p.role) AS rank
                FROM post p LEFT JOIN grid g ON g.id = p.grid_id
                WHERE p.person_id = whom AND p.valid_from <= t
                  AND (p.valid_to IS NULL OR p.valid_to > t)) x) o
$$;
