-- What each phone sent on each day, by outcome: why somebody's phone does not show. A code that
-- nobody has belongs to the area of the token that sent it.
CREATE TABLE phone_day (
    code      text NOT NULL,                         -- the device id: a person's code, if there is one
    area_id   integer NOT NULL REFERENCES area,
    day       date NOT NULL,                         -- of the site
    reason    text NOT NULL,                         -- accepted, why it was rejected, ignored, two_phones
    n         bigint NOT NULL,
    heard_at  timestamptz NOT NULL,                  -- site time of the last one
    offset_s  double precision,                      -- its fix's time less heard_at; NULL: it had none
    PRIMARY KEY (code, area_id, day, reason)
);
CREATE INDEX phone_day_heard ON phone_day (day, heard_at);
ALTER TABLE phone_day ENABLE ROW LEVEL SECURITY;
ALTER TABLE phone_day FORCE ROW LEVEL SECURITY;
CREATE POLICY scope ON phone_day USING (area_id = ANY ((SELECT actor_scope())::integer[]))
    WITH CHECK (area_id = ANY ((SELECT actor_scope())::integer[]));
GRANT SELECT ON phone_day TO wangge_app, wangge_readonly;
GRANT INSERT, UPDATE, DELETE ON phone_day TO wangge_app;

-- Where phones find the site: the server does not know its outside name. Empty: as the browser sees it.
ALTER TABLE site ADD COLUMN public_url text NOT NULL DEFAULT '';
