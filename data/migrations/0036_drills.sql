-- Drills run: what is clicked next is due at a real time, which any engine finds.
ALTER TABLE call_drill
    ADD COLUMN request_key  text NOT NULL UNIQUE,   -- a double click is one drill
    ADD COLUMN started_real timestamptz NOT NULL,   -- real: its clicks and answers count from here
    ADD COLUMN next_at      timestamptz,            -- real: when an engine must look; none = it is over
    ADD COLUMN clicked      smallint NOT NULL DEFAULT 0,
    ADD COLUMN missed       jsonb NOT NULL DEFAULT '[]',  -- clicks whose subject had gone, with the reason
    ADD COLUMN stopped_by   text;
CREATE INDEX call_drill_next ON call_drill (next_at) WHERE next_at IS NOT NULL;

-- Which click of its drill a call is. An attempt says "drill" as its call does; the store holds it.
ALTER TABLE call_session
    ADD COLUMN drill_click smallint,
    ADD COLUMN is_drill    boolean NOT NULL GENERATED ALWAYS AS (drill_id IS NOT NULL) STORED,
    ADD CONSTRAINT call_session_drill_click CHECK ((drill_id IS NULL) = (drill_click IS NULL)),
    ADD CONSTRAINT call_session_is_drill UNIQUE (id, is_drill);
ALTER TABLE call_attempt
    DROP CONSTRAINT call_attempt_session_id_fkey,
    ADD CONSTRAINT call_attempt_session_id_fkey
        FOREIGN KEY (session_id, drill) REFERENCES call_session (id, is_drill),
    -- No process that holds a channel can take an attempt of a drill, and a drill takes no other.
    ADD CONSTRAINT call_attempt_drill_owner CHECK (owner IS NULL OR (owner = 'drill') = drill);

-- Who sees a call of a drill sees which drill it is; a person never sees that a drill called him.
CREATE POLICY of_calls ON call_drill FOR SELECT
    USING (EXISTS (SELECT FROM call_session s WHERE s.drill_id = call_drill.id));
DROP POLICY own ON call_attempt;
CREATE POLICY own ON call_attempt USING (person_id = (SELECT actor_person()) AND NOT drill);
