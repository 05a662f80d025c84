-- Processes that hold devices hear only of what they have to do something about: that somebody is to be
-- rung, or that a ring is over. Screens hear of each line.
CREATE OR REPLACE FUNCTION notify_call() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    PERFORM pg_notify('wangge_call', id::text) FROM (SELECT DISTINCT session_id AS id FROM changed) c;
    PERFORM pg_notify('wangge_ring', id::text)
    FROM (SELECT DISTINCT session_id AS id FROM changed
          WHERE attempt_id IS NOT NULL AND action NOT IN ('ringing', 'answered')) c;
    RETURN NULL;
END $$;
