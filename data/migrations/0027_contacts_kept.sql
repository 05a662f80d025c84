-- What a reporter says of himself is kept no longer than it is needed: so many days after his report
-- was closed. Then the engine empties it; the receipt stays, since it names nobody.
ALTER TABLE site ADD COLUMN contacts_days integer NOT NULL DEFAULT 180 CHECK (contacts_days BETWEEN 0 AND 3650);
CREATE INDEX reporter_kept ON reporter (event_id) WHERE contact <> '{}';
CREATE POLICY forget ON reporter FOR UPDATE
    USING ((SELECT actor_role()) = 'system') WITH CHECK (contact = '{}' AND (SELECT actor_role()) = 'system');
GRANT UPDATE (contact) ON reporter TO wangge_app;
