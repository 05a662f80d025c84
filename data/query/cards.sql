-- name: grid
SELECT g.id, g.code, g.name, g.kind AS grid_kind, k.name_zh AS kind_zh, k.name_en AS kind_en, g.area_id,
       g.households, g.population, ST_X(c.at) AS lon, ST_Y(c.at) AS lat, ARRAY[g.id] AS grid_ids
FROM grid g JOIN grid_kind k ON k.kind = g.kind CROSS JOIN LATERAL ST_PointOnSurface(g.geom) AS c (at)
WHERE g.id = %(id)s AND g.valid_from <= %(at)s AND %(around_m)s::float > 0;

-- name: event
SELECT e.id, t.code AS type, t.class, t.name_zh, t.name_en, t.urgent, e.area_id, e.text, e.address,
       ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, e.opened_at, e.due_at, e.yellow_at,
       CASE WHEN e.closed_at <= %(at)s THEN e.closed_at END AS closed_at, s.name AS source, s.kind AS source_kind,
       e.detail -> 'cap' AS cap, e.grid_ids, answering_grids(e.grid_ids, e.geom, %(at)s) AS answering
FROM event e JOIN event_type t ON t.id = e.type_id JOIN source s ON s.id = e.source_id
WHERE e.id = %(id)s AND e.opened_at <= %(at)s AND %(around_m)s::float > 0;

-- name: person
SELECT p.id, p.code, p.name, p.area_id, p.team, p.force_type, l.lon, l.lat,
       ARRAY(SELECT DISTINCT o.grid_id FROM post o
             WHERE o.person_id = p.id AND o.grid_id IS NOT NULL AND o.valid_from <= %(at)s
               AND (o.valid_to IS NULL OR o.valid_to > %(at)s)) AS grid_ids
FROM person p LEFT JOIN latest_position l ON l.person_id = p.id
WHERE p.id = %(id)s AND p.active AND %(around_m)s::float > 0;

-- name: facility
SELECT f.id, f.code, f.name, f.kind AS facility_kind, k.name_zh AS kind_zh, k.name_en AS kind_en, f.area_id,
       f.address, coalesce(f.service_radius_m, %(around_m)s) AS around_m, f.service_radius_m,
       ST_X(f.geom) AS lon, ST_Y(f.geom) AS lat,
       ARRAY(SELECT g.id FROM grid g
             WHERE g.geom && f.geom AND ST_Intersects(g.geom, f.geom) AND g.valid_from <= %(at)s
               AND (g.valid_to IS NULL OR g.valid_to > %(at)s)) AS grid_ids
FROM facility f JOIN facility_kind k ON k.kind = f.kind
WHERE f.id = %(id)s;

-- name: area
SELECT a.id, a.code, a.name, a.level, v.name_zh AS level_zh, v.name_en AS level_en, a.id AS area_id,
       a.population, ST_X(c.at) AS lon, ST_Y(c.at) AS lat, '{}'::integer[] AS grid_ids
FROM area a JOIN level v ON v.code = a.level LEFT JOIN LATERAL ST_PointOnSurface(a.geom) AS c (at) ON true
WHERE a.id = %(id)s AND %(at)s::timestamptz IS NOT NULL AND %(around_m)s::float > 0;

-- name: below
SELECT area_id FROM area_path WHERE ancestor_id = %(id)s;

-- name: ancestors
SELECT a.id, a.code, a.name, a.level FROM area_path p JOIN area a ON a.id = p.ancestor_id
JOIN level l ON l.code = a.level
WHERE p.area_id = %(area_id)s ORDER BY l.rank;

-- name: grids
SELECT g.id, g.kind, k.name_zh AS kind_zh, k.name_en AS kind_en, g.code, g.name
FROM grid g JOIN grid_kind k ON k.kind = g.kind
WHERE g.id = ANY (%(ids)s::integer[]) AND g.valid_from <= %(at)s
ORDER BY k.rank, g.id;

-- name: posts
-- On the grids; those on the area only where the grids have none.
WITH held AS (
    SELECT o.person_id, o.role, o.grid_id, o.id FROM post o
    WHERE o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
      AND (o.grid_id = ANY (%(grid_ids)s::integer[]) OR (o.grid_id IS NULL AND o.area_id = %(area_id)s)))
SELECT h.person_id, h.role, g.name AS grid
FROM held h LEFT JOIN grid g ON g.id = h.grid_id LEFT JOIN grid_kind k ON k.kind = g.kind CROSS JOIN site s
WHERE h.grid_id IS NOT NULL OR NOT EXISTS (SELECT FROM held WHERE grid_id IS NOT NULL)
ORDER BY g.kind IS DISTINCT FROM s.load_kind,
         array_position(ARRAY['grid_chief', 'grid_instructor', 'grid_worker', 'stand_in', 'micro_grid_head', 'grid_helper'],
                        h.role) NULLS LAST, k.rank, h.id
LIMIT 20;

-- name: on_duty
-- Of an area and what is below it, by their first posts.
SELECT p.id AS person_id, o.role, o.grid
FROM area_path h JOIN person p ON p.area_id = h.area_id AND p.active
LEFT JOIN LATERAL (
    SELECT o.role, g.name AS grid,
           array_position(ARRAY['grid_chief', 'duty', 'grid_instructor', 'grid_worker', 'stand_in', 'micro_grid_head',
                                'grid_helper'], o.role) AS rank
    FROM post o LEFT JOIN grid g ON g.id = o.grid_id LEFT JOIN grid_kind k ON k.kind = g.kind
    WHERE o.person_id = p.id AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
    ORDER BY rank NULLS LAST, k.rank, o.id LIMIT 1) o ON true
WHERE h.ancestor_id = %(id)s
  AND EXISTS (SELECT FROM shift s WHERE s.person_id = p.id AND s.started_at <= %(at)s
                AND coalesce(s.ended_at, s.planned_end) > %(at)s)
ORDER BY o.rank NULLS LAST, p.name, p.id LIMIT 20;

-- name: persons
SELECT p.id, p.name, p.code, d.started_at IS NOT NULL AS on_duty,
       extract(epoch FROM %(at)s - l.at)::double precision AS age_s, l.at AS position_at, l.accuracy_m,
       EXISTS (SELECT FROM presence x WHERE x.person_id = p.id AND x.kind = 'duty'
                 AND x.seen_at > %(seen_since)s) AS page_open
FROM person p
LEFT JOIN LATERAL (SELECT max(s.started_at) AS started_at FROM shift s
                   WHERE s.person_id = p.id AND s.planned_start > %(after)s AND s.planned_start <= %(until)s
                     AND s.started_at <= %(at)s AND coalesce(s.ended_at, s.planned_end) > %(at)s) d ON true
LEFT JOIN latest_position l ON l.person_id = p.id AND l.at >= d.started_at
WHERE p.id = ANY (%(ids)s::integer[]) AND p.active
ORDER BY p.id;

-- name: pages
SELECT extract(epoch FROM %(real)s::timestamptz - x.opened_at)::integer AS open_s,
       greatest(0, extract(epoch FROM %(real)s::timestamptz - x.heard_at))::integer AS heard_s
FROM presence x
WHERE x.person_id = %(id)s AND x.kind = 'duty' AND x.seen_at > %(seen_since)s ORDER BY x.heard_at DESC;

-- name: contacts
-- Without the address.
SELECT c.channel, c.verified_at, c.verified_how AS how, c.doubt, a.name AS by
FROM contact c LEFT JOIN actor a ON a.id = c.verified_by WHERE c.person_id = %(id)s ORDER BY c.channel;

-- name: phones
SELECT person_id, address FROM contact WHERE person_id = ANY (%(ids)s::integer[]) AND channel = 'phone';

-- name: load_of_grids
SELECT count(*)::integer AS open, count(*) FILTER (WHERE due_at < %(at)s)::integer AS overdue,
       count(*) FILTER (WHERE due_at >= %(at)s AND yellow_at <= %(at)s)::integer AS yellow,
       (SELECT count(DISTINCT person_id)::integer FROM post
        WHERE grid_id = ANY (%(ids)s::integer[]) AND role = 'grid_worker' AND valid_from <= %(at)s
          AND (valid_to IS NULL OR valid_to > %(at)s)) AS workers
FROM event
WHERE grid_ids && %(ids)s::integer[] AND opened_at <= %(at)s AND (closed_at IS NULL OR closed_at > %(at)s);

-- name: load_around
-- The box is made first: it is not LEAKPROOF, and inside the join it would cost the index.
WITH f AS MATERIALIZED (
    SELECT geom::geography AS geog, coalesce(service_radius_m, %(around_m)s) AS radius_m,
           box_around(geom, coalesce(service_radius_m, %(around_m)s)) AS box
    FROM facility WHERE id = %(id)s)
SELECT count(*)::integer AS open, count(*) FILTER (WHERE e.due_at < %(at)s)::integer AS overdue,
       count(*) FILTER (WHERE e.due_at >= %(at)s AND e.yellow_at <= %(at)s)::integer AS yellow
FROM f JOIN event e ON e.geom && f.box AND ST_DWithin(e.geom::geography, f.geog, f.radius_m)
WHERE e.opened_at <= %(at)s AND (e.closed_at IS NULL OR e.closed_at > %(at)s);

-- name: events_of_grids
SELECT e.id, t.code AS type, t.name_zh, t.name_en, e.opened_at, e.due_at, e.yellow_at,
       CASE WHEN e.closed_at <= %(at)s THEN e.closed_at END AS closed_at, e.address, left(e.text, 80) AS text
FROM event e JOIN event_type t ON t.id = e.type_id
WHERE e.grid_ids && %(ids)s::integer[] AND e.opened_at <= %(at)s
ORDER BY e.opened_at DESC, e.id DESC LIMIT %(most)s;

-- name: events_of_area
SELECT e.id, t.code AS type, t.name_zh, t.name_en, e.opened_at, e.due_at, e.yellow_at,
       CASE WHEN e.closed_at <= %(at)s THEN e.closed_at END AS closed_at, e.address, left(e.text, 80) AS text
FROM event e JOIN event_type t ON t.id = e.type_id
WHERE e.area_id = ANY (ARRAY(SELECT area_id FROM area_path WHERE ancestor_id = %(id)s)) AND e.opened_at <= %(at)s
ORDER BY e.opened_at DESC, e.id DESC LIMIT %(most)s;

-- name: events_around
WITH f AS MATERIALIZED (
    SELECT geom::geography AS geog, coalesce(service_radius_m, %(around_m)s) AS radius_m,
           box_around(geom, coalesce(service_radius_m, %(around_m)s)) AS box
    FROM facility WHERE id = %(id)s)
SELECT e.id, t.code AS type, t.name_zh, t.name_en, e.opened_at, e.due_at, e.yellow_at,
       CASE WHEN e.closed_at <= %(at)s THEN e.closed_at END AS closed_at, e.address, left(e.text, 80) AS text
FROM f JOIN event e ON e.geom && f.box AND ST_DWithin(e.geom::geography, f.geog, f.radius_m)
JOIN event_type t ON t.id = e.type_id
WHERE e.opened_at <= %(at)s
ORDER BY e.opened_at DESC, e.id DESC LIMIT %(most)s;

-- name: events_near
WITH o AS MATERIALIZED (
    SELECT id, geom::geography AS geog, box_around(geom, %(near_m)s) AS box FROM event WHERE id = %(id)s)
SELECT e.id, t.code AS type, t.name_zh, t.name_en, e.opened_at, e.due_at, e.yellow_at,
       CASE WHEN e.closed_at <= %(at)s THEN e.closed_at END AS closed_at, e.address, left(e.text, 80) AS text
FROM o JOIN event e ON e.geom && o.box AND e.id <> o.id AND ST_DWithin(e.geom::geography, o.geog, %(near_m)s)
JOIN event_type t ON t.id = e.type_id
WHERE e.opened_at <= %(at)s
ORDER BY e.opened_at DESC, e.id DESC LIMIT %(most)s;

-- name: log
SELECT at, action, detail FROM event_log WHERE event_id = %(id)s ORDER BY id LIMIT 50;
