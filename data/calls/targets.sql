-- name: place_of_event
SELECT answering_grids(e.grid_ids, e.geom, %(at)s) AS grid_ids, e.area_id, ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat
FROM event e WHERE e.id = %(id)s AND e.opened_at <= %(at)s;

-- name: place_of_grid
-- With the grids of other kinds in which it lies, as for an event: its chief may hold the village's.
SELECT g.id || ARRAY(SELECT h.id FROM grid h
                     WHERE h.kind <> g.kind AND ST_Intersects(h.geom, c.point) AND ST_Area(h.geom) >= ST_Area(g.geom)
                       AND h.valid_from <= %(at)s AND (h.valid_to IS NULL OR h.valid_to > %(at)s)
                     ORDER BY ST_Area(h.geom), h.id) AS grid_ids, g.area_id, ST_X(c.point) AS lon, ST_Y(c.point) AS lat
FROM grid g CROSS JOIN LATERAL (SELECT ST_PointOnSurface(g.geom) AS point) c
WHERE g.id = %(id)s AND g.valid_from <= %(at)s;

-- name: place_of_facility
SELECT ARRAY(SELECT g.id FROM grid g
             WHERE g.valid_to IS NULL AND g.valid_from <= %(at)s AND ST_Intersects(g.geom, f.geom)) AS grid_ids,
       f.area_id, ST_X(f.geom) AS lon, ST_Y(f.geom) AS lat
FROM facility f WHERE f.id = %(id)s;

-- name: place_of_person
SELECT '{}'::integer[] AS grid_ids, p.area_id, l.lon, l.lat
FROM person p LEFT JOIN latest_position l ON l.person_id = p.id AND l.at <= %(at)s
WHERE p.id = %(id)s;

-- name: place_of_area
SELECT '{}'::integer[] AS grid_ids, a.id AS area_id, ST_X(c.point) AS lon, ST_Y(c.point) AS lat
FROM area a CROSS JOIN LATERAL (SELECT ST_PointOnSurface(a.geom) AS point) c WHERE a.id = %(id)s;

-- name: place_of_ground
SELECT '{}'::integer[] AS grid_ids, s.area_id, ST_X(c.point) AS lon, ST_Y(c.point) AS lat
FROM call_session s CROSS JOIN LATERAL (SELECT ST_Centroid(s.ground) AS point) c WHERE s.id = %(session_id)s;

-- name: on_grids
-- Holders of posts on these grids; without a grid, of posts in the area itself.
SELECT DISTINCT ON (o.person_id) o.person_id, o.grid_id
FROM post o LEFT JOIN grid g ON g.id = o.grid_id
WHERE o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
  AND (cardinality(%(roles)s::text[]) = 0 OR o.role = ANY (%(roles)s::text[]))
  AND (o.grid_id = ANY (%(grid_ids)s::integer[])
       OR (cardinality(%(grid_ids)s::integer[]) = 0 AND o.area_id = %(area_id)s))
ORDER BY o.person_id, array_position(%(ranks)s::text[], o.role) NULLS LAST, ST_Area(g.geom), o.id;

-- name: nearest
-- On duty and fresh, in these grids and those that touch them; a few more than `k`, since the load of
-- each is still to be weighed. Who does nothing but mind a duty room has steps of his own.
WITH around AS MATERIALIZED (
    SELECT DISTINCT n.id FROM grid g JOIN grid n ON n.kind = g.kind AND ST_Intersects(n.geom, g.geom)
    WHERE g.id = ANY (%(grid_ids)s::integer[]) AND n.valid_from <= %(at)s
      AND (n.valid_to IS NULL OR n.valid_to > %(at)s))
SELECT l.person_id, NULL::integer AS grid_id
FROM latest_position l CROSS JOIN LATERAL (
    SELECT max(s.started_at) AS started_at FROM shift s
    WHERE s.person_id = l.person_id AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) d
WHERE l.grid_ids && (SELECT array_agg(id) FROM around) AND l.at >= %(fresh_since)s AND l.at <= %(at)s
  AND l.at >= d.started_at
  AND (SELECT bool_and(o.role = 'duty') FROM post o
       WHERE o.person_id = l.person_id AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s))
      IS NOT TRUE
ORDER BY haversine(l.lon, l.lat, %(lon)s, %(lat)s), l.person_id LIMIT 4 * %(k)s;

-- name: duty_of_community
-- Of the place's area and what is above it up to its community.
SELECT DISTINCT o.person_id, NULL::integer AS grid_id
FROM area_path h JOIN area a ON a.id = h.ancestor_id JOIN level v ON v.code = a.level
JOIN post o ON o.area_id = a.id AND o.role = 'duty'
WHERE h.area_id = %(area_id)s
  AND (a.id = %(area_id)s OR v.rank >= (SELECT rank FROM level WHERE code = 'community'))
  AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s);

-- name: duty_above
SELECT DISTINCT o.person_id, NULL::integer AS grid_id
FROM area_path h JOIN area a ON a.id = h.ancestor_id JOIN level v ON v.code = a.level
JOIN post o ON o.area_id = a.id AND o.role = 'duty'
WHERE h.area_id = %(area_id)s
  AND v.rank < coalesce((SELECT rank FROM level WHERE code = 'community'), 32767)
  AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s);

-- name: himself
SELECT %(id)s::integer AS person_id, NULL::integer AS grid_id;

-- name: crowd
-- Who is on duty within what was clicked: in a grid or a drawn ground by his place now, in an area by
-- his own area; never beyond the area of the session.
SELECT p.id AS person_id, NULL::integer AS grid_id
FROM call_session c JOIN area_path h ON h.ancestor_id = coalesce(c.subject_area_id, c.area_id)
JOIN person p ON p.area_id = h.area_id AND p.active
LEFT JOIN latest_position l ON l.person_id = p.id AND l.at <= %(at)s
WHERE c.id = %(session_id)s
  AND (c.ground IS NULL OR ST_Intersects(c.ground, ST_SetSRID(ST_MakePoint(l.lon, l.lat), 4326)))
  AND (c.grid_id IS NULL OR c.grid_id = ANY (l.grid_ids))
  AND (%(team)s::text IS NULL OR p.team = %(team)s)
  AND (cardinality(%(roles)s::text[]) = 0
       OR EXISTS (SELECT FROM post o WHERE o.person_id = p.id AND o.role = ANY (%(roles)s::text[])
                    AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)))
  AND EXISTS (SELECT FROM shift s WHERE s.person_id = p.id AND s.started_at <= %(at)s
                AND coalesce(s.ended_at, s.planned_end) > %(at)s);

-- name: described
-- Each of these people: duty, place by a position of this shift, load, whether his page is open or
-- since when it is closed, and the call that rings him now.
SELECT p.id AS person_id, p.name, coalesce(o.role, w.post) AS role, coalesce(g.name, w.grid) AS grid,
       ST_Area(g.geom) AS grid_size, s.started_at IS NOT NULL AS on_duty,
       EXISTS (SELECT FROM presence x
               WHERE x.person_id = p.id AND x.kind = 'duty'
                 AND x.seen_at > %(real)s::timestamptz - make_interval(secs => %(lasts_s)s)) AS page_open,
       extract(epoch FROM %(real)s::timestamptz - f.seen_at)::float AS left_s,
       ARRAY(SELECT c.channel FROM contact c  -- the one place where contacts become ways to call
             WHERE c.person_id = p.id AND c.verified_at IS NOT NULL) AS verified,
       CASE WHEN l.at >= s.started_at AND l.at <= %(at)s
            THEN ST_Distance(ST_SetSRID(ST_MakePoint(l.lon, l.lat), 4326)::geography,
                             ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography) END AS distance_m,
       CASE WHEN l.at >= s.started_at AND l.at <= %(at)s
            THEN extract(epoch FROM %(at)s::timestamptz - l.at)::float END AS age_s,
       w.open_events, w.calls_today,
       (SELECT count(DISTINCT c.session_id)::integer FROM call_attempt c
        WHERE c.person_id = p.id AND c.queued_at > %(hour_ago)s AND c.queued_at <= %(at)s AND NOT c.drill
          AND NOT c.self_test AND interrupts(c.state, c.ringing_at)) AS calls_hour,
       (SELECT min(c.session_id) FROM call_attempt c
        WHERE c.person_id = p.id AND c.state IN ('dialling', 'ringing', 'answered') AND NOT c.drill
          AND NOT c.self_test AND c.session_id <> %(session_id)s) AS busy
FROM unnest(%(people)s::integer[], %(grids)s::integer[]) AS u (person_id, grid_id)
JOIN person p ON p.id = u.person_id AND p.active
LEFT JOIN grid g ON g.id = u.grid_id
LEFT JOIN LATERAL (
    SELECT o.role FROM post o
    WHERE o.person_id = p.id AND (o.grid_id = u.grid_id) IS TRUE  -- by the person: ten thousand may work one grid
      AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
    ORDER BY array_position(%(ranks)s::text[], o.role) NULLS LAST, o.id LIMIT 1) o ON true
LEFT JOIN LATERAL (
    SELECT max(s.started_at) AS started_at FROM shift s
    WHERE s.person_id = p.id AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) s ON true
LEFT JOIN latest_position l ON l.person_id = p.id
LEFT JOIN page_left f ON f.person_id = p.id AND f.seen_at <= %(real)s
LEFT JOIN LATERAL load_of(p.id, %(at)s, %(midnight)s, %(ranks)s::text[]) w ON true;
