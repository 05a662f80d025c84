-- A contact is used by no channel before it was verified, and a new address is to be verified anew.
ALTER TABLE contact
    DROP COLUMN verified,
    ADD COLUMN verified_at  timestamptz,
    ADD COLUMN verified_how text CHECK (verified_how IN ('call', 'message', 'desk')),
    ADD CONSTRAINT contact_verified CHECK ((verified_at IS NULL) = (verified_how IS NULL));
CREATE FUNCTION forget_verification() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
    IF new.address IS DISTINCT FROM old.address AND new.verified_at IS NOT DISTINCT FROM old.verified_at THEN
        new.verified_at := NULL;
        new.verified_how := NULL;
    END IF;
    RETURN new;
END $$;
CREATE TRIGGER contact_changed BEFORE UPDATE ON contact FOR EACH ROW EXECUTE FUNCTION forget_verification();

-- Of a page: since when it is open, and when it last said a word itself (real times).
ALTER TABLE presence ADD COLUMN opened_at timestamptz, ADD COLUMN heard_at timestamptz;

-- A self-test call rings one person as a test, one at a time, and gives way to every other call.
ALTER TABLE call_attempt ADD COLUMN self_test boolean NOT NULL DEFAULT false;
DROP INDEX call_attempt_rings_once;
CREATE UNIQUE INDEX call_attempt_rings_once ON call_attempt (person_id, channel)
    WHERE state IN ('dialling', 'ringing', 'answered') AND NOT drill AND NOT self_test;
CREATE UNIQUE INDEX call_session_one_test ON call_session (person_id)
    WHERE purpose = 'self_test' AND state = 'running';
CREATE INDEX call_session_tests ON call_session (person_id, started_at) WHERE purpose = 'self_test';

-- As in 0039, but a self-test interrupts nobody.
CREATE OR REPLACE FUNCTION load_of(whom integer, t timestamptz, midnight timestamptz, roles text[])
RETURNS TABLE (post text, grid text, open_events integer, calls_today integer)
LANGUAGE sql STABLE AS $$
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
