-- Since when the duty page of somebody is closed: a page that has gone leaves no row in presence.
CREATE TABLE page_left (
    person_id integer PRIMARY KEY REFERENCES person ON DELETE CASCADE,
    seen_at   timestamptz NOT NULL  -- real: when it last beat
);
GRANT SELECT, INSERT, UPDATE ON page_left TO wangge_app;
GRANT SELECT ON page_left TO wangge_readonly;
CREATE FUNCTION keep_page_left() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    INSERT INTO page_left (person_id, seen_at)
    SELECT person_id, max(seen_at) FROM gone WHERE kind = 'duty' AND person_id IS NOT NULL
    GROUP BY person_id ORDER BY person_id
    ON CONFLICT (person_id) DO UPDATE SET seen_at = excluded.seen_at;
    RETURN NULL;
END $$;
CREATE TRIGGER presence_gone AFTER DELETE ON presence REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION keep_page_left();
