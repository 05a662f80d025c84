-- name: lock
SELECT pg_advisory_xact_lock(hashtext('alerts'), %(source_id)s);

-- name: keep
INSERT INTO alert_message (source_id, sender, identifier, area_id, sent_at, kind, refs, outcome)
VALUES (%(source_id)s, %(sender)s, %(identifier)s, %(area_id)s, %(sent)s, %(kind)s, %(refs)s::text[], 'new')
ON CONFLICT (source_id, sender, identifier) DO NOTHING
RETURNING identifier;

-- name: held
SELECT event_id FROM alert_message
WHERE source_id = %(source_id)s AND sender = %(sender)s AND identifier = %(identifier)s;

-- name: superseded
SELECT identifier FROM alert_message
WHERE source_id = %(source_id)s AND refs @> ARRAY[%(name)s::text] AND kind IN ('Update', 'Cancel') LIMIT 1;

-- name: settle
UPDATE alert_message SET outcome = %(outcome)s, event_id = %(event_id)s
WHERE source_id = %(source_id)s AND sender = %(sender)s AND identifier = %(identifier)s;

-- name: targets
SELECT DISTINCT e.id, e.source_key FROM alert_message m JOIN event e ON e.id = m.event_id
WHERE m.source_id = %(source_id)s AND m.sender || ',' || m.identifier = ANY (%(refs)s::text[])
ORDER BY e.id;

-- name: cancel
WITH closed AS (
    UPDATE event SET closed_at = greatest(%(ended)s, opened_at), revised_at = %(sent)s
    WHERE id = ANY (%(ids)s::bigint[]) AND (closed_at IS NULL OR closed_at > %(at)s)
    RETURNING id, area_id, closed_at
)
INSERT INTO event_log (event_id, area_id, at, action, actor_id)
SELECT id, area_id, closed_at, 'close', %(actor_id)s FROM closed
RETURNING event_id;

-- name: event
SELECT e.id, e.source_key AS key, t.code AS type, e.area_id, e.grid_ids, ST_X(e.geom) AS lon,
       ST_Y(e.geom) AS lat, e.address, e.text, e.opened_at AS opened, e.closed_at AS closed
FROM event e JOIN event_type t ON t.id = e.type_id WHERE e.id = %(id)s;

-- name: ground
-- What an alert covers of the caller's areas: the finest ones that it meets, the one that holds them
-- all, a point in the largest piece, and of each kind the grid where it meets that one alone. Borders
-- overlap by rounding and by drawing: less than a thousandth of the smaller of two is no meeting.
WITH extent AS (
    SELECT ST_Union(geom) AS geom
    FROM (SELECT %(extent)s::geometry AS geom
          UNION ALL
          SELECT a.geom FROM area a WHERE a.code = ANY (%(codes)s::text[]) AND a.valid_to IS NULL) said
), mine AS (
    SELECT a.id, a.geom FROM area a
    WHERE a.valid_to IS NULL AND a.geom IS NOT NULL AND a.id = ANY ((SELECT actor_scope())::integer[])
), met AS (
    SELECT m.id, p.part
    FROM extent e JOIN mine m ON m.geom && e.geom AND ST_Intersects(m.geom, e.geom)
    CROSS JOIN LATERAL (SELECT ST_Intersection(m.geom, e.geom) AS part) p
    WHERE ST_Area(p.part) >= 0.001 * least(ST_Area(m.geom), ST_Area(e.geom))
), finest AS (
    SELECT m.* FROM met m
    WHERE NOT EXISTS (SELECT FROM met x JOIN area_path p ON p.area_id = x.id
                      WHERE p.ancestor_id = m.id AND x.id <> m.id)
), whole AS (
    SELECT p.ancestor_id AS id
    FROM area_path p JOIN area a ON a.id = p.ancestor_id JOIN level l ON l.code = a.level
    WHERE p.area_id IN (SELECT id FROM finest)
    GROUP BY p.ancestor_id, l.rank HAVING count(*) = (SELECT count(*) FROM finest)
    ORDER BY l.rank DESC LIMIT 1
), point AS (
    SELECT ST_PointOnSurface(coalesce((SELECT part FROM finest ORDER BY ST_Area(part) DESC, id LIMIT 1), e.geom)) AS geom
    FROM extent e
), alone AS (
    SELECT min(g.id) AS id
    FROM extent e JOIN grid g ON g.geom && e.geom AND ST_Intersects(g.geom, e.geom)
    WHERE ST_Area(ST_Intersection(g.geom, e.geom)) >= 0.001 * least(ST_Area(g.geom), ST_Area(e.geom))
      AND g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
    GROUP BY g.kind HAVING count(*) = 1
)
SELECT encode(ST_AsEWKB(e.geom), 'hex') AS extent, ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat,
       (SELECT id FROM whole) AS area_id,
       coalesce((SELECT array_agg(id ORDER BY id) FROM alone), '{}') AS grid_ids,
       e.geom IS NOT NULL AND NOT EXISTS (SELECT FROM finest) AND EXISTS (SELECT FROM mine) AS elsewhere
FROM extent e CROSS JOIN point p;
