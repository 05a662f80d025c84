-- What each of the nearest has to do is asked of every question: events that are still open in his
-- grids, whatever these have closed in years, and the calls of his day.
CREATE INDEX event_grids_open ON event USING gin (grid_ids) WHERE closed_at IS NULL;
CREATE INDEX call_attempt_person ON call_attempt (person_id, queued_at);

-- What orders points by their distance on a sphere: a fifth of the time of ST_DistanceSphere. From 0
-- to 1; metres are 2 R asin(sqrt(it)).
CREATE FUNCTION haversine(lon double precision, lat double precision,
                          from_lon double precision, from_lat double precision) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT power(sin(radians(lat - from_lat) / 2), 2)
           + cos(radians(lat)) * cos(radians(from_lat)) * power(sin(radians(lon - from_lon) / 2), 2)
$$;

-- What a person has to do at t, as far as the caller sees it: his first post by the order of roles
-- that is given, events open in his grids, and calls that rang him since midnight. Two halves of the
-- events, so that each has its index.
CREATE FUNCTION load_of(whom integer, t timestamptz, midnight timestamptz, roles text[])
RETURNS TABLE (post text, grid text, open_events integer, calls_today integer)
LANGUAGE sql STABLE AS $$
    SELECT o.role, o.grid,
           (SELECT count(*)::integer FROM event e
            WHERE e.closed_at IS NULL AND e.grid_ids && o.grid_ids AND e.opened_at <= t)
           + (SELECT count(*)::integer FROM event e
              WHERE e.closed_at > t AND e.grid_ids && o.grid_ids AND e.opened_at <= t),
           (SELECT count(DISTINCT c.session_id)::integer FROM call_attempt c
            WHERE c.person_id = whom AND c.queued_at >= midnight AND c.queued_at <= t)
    FROM (SELECT (array_agg(x.role ORDER BY x.rank NULLS LAST, x.id))[1] AS role,
                 (array_agg(x.name ORDER BY x.rank NULLS LAST, x.id))[1] AS grid,
                 array_remove(array_agg(x.grid_id), NULL) AS grid_ids
          FROM (SELECT p.id, p.role, p.grid_id, g.name, array_position(roles, p.role) AS rank
                FROM post p LEFT JOIN grid g ON g.id = p.grid_id
                WHERE p.person_id = whom AND p.valid_from <= t
                  AND (p.valid_to IS NULL OR p.valid_to > t)) x) o
$$;
