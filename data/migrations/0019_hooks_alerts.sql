-- Other people's systems post JSON of their own: what of it means what, a source each. `secret` signs
-- their requests (HMAC), so it cannot be a hash; only the system and administrators see the row.
CREATE TABLE hook (
    source_id        integer PRIMARY KEY REFERENCES source,
    mapping          jsonb NOT NULL,
    secret           text,
    signature_header text,
    timestamp_header text
);
ALTER TABLE hook ENABLE ROW LEVEL SECURITY;
ALTER TABLE hook FORCE ROW LEVEL SECURITY;
CREATE POLICY keeper ON hook USING ((SELECT actor_role()) IN ('system', 'administrator'));
GRANT SELECT, INSERT, UPDATE, DELETE ON hook TO wangge_app;

-- An alert covers ground: its event stands at a point of it, and this is the ground.
ALTER TABLE event ADD COLUMN extent geometry(Geometry, 4326);

-- Each message of the Common Alerting Protocol once, by source, sender and identifier; `refs` are the
-- earlier ones that it updates or cancels. `event_id` is NULL where it made or changed none.
CREATE TABLE alert_message (
    source_id  integer NOT NULL REFERENCES source,
    sender     text NOT NULL,
    identifier text NOT NULL,
    area_id    integer NOT NULL,
    sent_at    timestamptz NOT NULL,
    kind       text NOT NULL,                        -- alert update cancel
    refs       text[] NOT NULL DEFAULT '{}',         -- sender,identifier
    outcome    text NOT NULL,
    event_id   bigint REFERENCES event,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source_id, sender, identifier)
);
CREATE INDEX alert_message_refs ON alert_message USING gin (refs);
ALTER TABLE alert_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE alert_message FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON alert_message USING (area_id = ANY ((SELECT actor_scope())::integer[]))
    WITH CHECK (area_id = ANY ((SELECT actor_scope())::integer[]));
GRANT SELECT ON alert_message TO wangge_app, wangge_readonly;
GRANT INSERT, UPDATE ON alert_message TO wangge_app;
