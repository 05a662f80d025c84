-- The ledger is read newest first, page by page; calls that waited for the dispatcher are counted.
CREATE INDEX call_session_started ON call_session (started_at, id);
CREATE INDEX call_event_held ON call_event (session_id) WHERE action = 'held';

-- What the ledger says of sessions by their attempts: whom each called, reached and who confirmed; how
-- long the quickest rang; at which step (from 1) the last confirmed, by which it was settled.
CREATE FUNCTION call_summary(calls bigint[])
RETURNS TABLE (session_id bigint, attempts integer, called integer, reached integer, confirmed integer, ack_s float,
               step integer)
LANGUAGE sql STABLE AS $$
    SELECT t.session_id, count(*)::integer, count(DISTINCT t.person_id)::integer,
           count(DISTINCT t.person_id) FILTER (
               WHERE t.ringing_at IS NOT NULL OR t.state IN ('answered', 'acknowledged', 'declined'))::integer,
           count(DISTINCT t.person_id) FILTER (WHERE t.state = 'acknowledged')::integer,
           extract(epoch FROM min(t.ended_at - t.ringing_at) FILTER (WHERE t.state = 'acknowledged'))::float,
           (array_agg(t.step ORDER BY t.ended_at DESC, t.id DESC) FILTER (WHERE t.state = 'acknowledged'))[1] + 1
    FROM call_attempt t WHERE t.session_id = ANY (calls) GROUP BY t.session_id
$$;

-- The sessions that a filter finds; NULL asks nothing. Inlined, so that it takes the index and the
-- policies of who asks.
CREATE FUNCTION call_found(
    since timestamptz, until timestamptz, in_state text, ended_as text, made_for text, drills boolean,
    by_policy text, of_type text, areas integer[], callers integer[], people integer[], was_held boolean,
    was_confirmed boolean)
RETURNS SETOF call_session LANGUAGE sql STABLE AS $$
    SELECT s.* FROM call_session s
    WHERE s.started_at >= since AND s.started_at <= until
      AND (in_state IS NULL OR s.state = in_state)
      AND (ended_as IS NULL OR s.outcome = ended_as)
      AND (made_for IS NULL OR s.purpose = made_for)
      AND (drills IS NULL OR s.is_drill = drills)
      AND (by_policy IS NULL OR s.policy ->> 'code' = by_policy)
      AND (of_type IS NULL OR EXISTS (SELECT FROM event e JOIN event_type y ON y.id = e.type_id
                                      WHERE e.id = s.event_id AND y.code = of_type))
      AND (areas IS NULL OR s.area_id = ANY (areas))
      AND (callers IS NULL OR s.actor_id = ANY (callers))
      AND (people IS NULL OR s.id IN (SELECT t.session_id FROM call_attempt t WHERE t.person_id = ANY (people)))
      AND (was_held IS NULL OR (s.id IN (SELECT e.session_id FROM call_event e WHERE e.action = 'held')) = was_held)
      AND (was_confirmed IS NULL OR (s.acked_at IS NOT NULL) = was_confirmed)
$$;
