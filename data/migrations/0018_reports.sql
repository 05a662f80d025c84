-- What residents and other systems report. `revised_at` is the source's own time of what is held
-- here, so that an older word never undoes a newer one; `detail` keeps what has no column.
ALTER TABLE event ADD COLUMN revised_at timestamptz, ADD COLUMN detail jsonb NOT NULL DEFAULT '{}';

-- What is asked of who reports an event of this type, as Open311 writes it (a list of attributes).
ALTER TABLE event_type ADD COLUMN attributes jsonb NOT NULL DEFAULT '[]';

-- Open311: whether anybody may read (no texts, no persons); how many reports a day come in without
-- a key (0: none); what the site is called there (NULL: whatever is said is ignored).
ALTER TABLE site ADD COLUMN open311_public boolean NOT NULL DEFAULT false,
    ADD COLUMN open311_daily integer NOT NULL DEFAULT 0 CHECK (open311_daily >= 0),
    ADD COLUMN open311_jurisdiction text;

-- Who reported, where he says it: as protected as the contacts of staff. Who reports may leave it
-- here; only those who see contacts read it. `token` is the receipt of one who has no key.
CREATE TABLE reporter (
    event_id bigint PRIMARY KEY REFERENCES event,
    area_id  integer NOT NULL,
    token    text UNIQUE,
    contact  jsonb NOT NULL DEFAULT '{}'
);
ALTER TABLE reporter ENABLE ROW LEVEL SECURITY;
ALTER TABLE reporter FORCE ROW LEVEL SECURITY;
CREATE POLICY leave ON reporter FOR INSERT
    WITH CHECK (area_id = ANY ((SELECT actor_scope())::integer[]));
CREATE POLICY look ON reporter FOR SELECT
    USING (area_id = ANY ((SELECT actor_scope())::integer[])
           AND (SELECT actor_role()) IN ('system', 'administrator', 'commander', 'duty_officer', 'community_officer'));
GRANT SELECT, INSERT ON reporter TO wangge_app;
