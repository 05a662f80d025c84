-- A call interrupts a person when it rings, or may ring any moment: one that never found his phone,
-- or was over before it could, is neither a burden nor one of his calls of the hour.
CREATE FUNCTION interrupts(state text, ringing_at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE AS
$$ SELECT ringing_at IS NOT NULL OR state NOT IN ('offline', 'busy', 'interrupted', 'failed', 'cancelled') $$;

-- As in 0034, but for that.
CREATE OR REPLACE FUNCTION load_of(whom integer, t timestamptz, midnight timestamptz, roles text[])
RETURNS TABLE (post text, grid text, open_events integer, calls_today integer)
LANGUAGE sql STABLE AS $$
    SELECT o.role, o.grid,
           (SELECT count(*)::integer FROM event e
            WHERE e.closed_at IS NULL AND e.grid_ids && o.grid_ids AND e.opened_at <= t)
           + (SELECT count(*)::integer FROM event e
              WHERE e.closed_at > t AND e.grid_ids && o.grid_ids AND e.opened_at <= t),
           (SELECT count(DISTINCT c.session_id)::integer FROM call_attempt c
            WHERE c.person_id = whom AND c.queued_at >= midnight AND c.queued_at <= t AND NOT c.drill
              AND interrupts(c.state, c.ringing_at))
    FROM (SELECT (array_agg(x.role ORDER BY x.rank NULLS LAST, x.id))[1] AS role,
                 (array_agg(x.name ORDER BY x.rank NULLS LAST, x.id))[1] AS grid,
                 array_remove(array_agg(x.grid_id), NULL) AS grid_ids
          FROM (SELECT p.id, p.role, p.grid_id, g.name, array_position(roles, p.role) AS rank
                FROM post p LEFT JOIN grid g ON g.id = p.grid_id
                WHERE p.person_id = whom AND p.valid_from <= t
                  AND (p.valid_to IS NULL OR p.valid_to > t)) x) o
$$;

-- What runs, for a screen that opens: of a year of calls it is a handful.
CREATE INDEX call_session_running ON call_session (id) WHERE state = 'running';
