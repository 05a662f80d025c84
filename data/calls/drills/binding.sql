-- name: any_grids
-- Of the kind that loads are counted by; the same seed draws the same.
SELECT g.id FROM grid g JOIN site s ON g.kind = s.load_kind
WHERE g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s) AND g.area_id = ANY (actor_scope())
ORDER BY md5(%(draw)s || ' ' || g.code) LIMIT %(n)s;

-- name: any_people
-- On duty.
SELECT p.id FROM person p
WHERE p.active AND p.area_id = ANY (actor_scope())
  AND EXISTS (SELECT FROM shift s WHERE s.person_id = p.id AND s.started_at <= %(at)s
                AND coalesce(s.ended_at, s.planned_end) > %(at)s)
ORDER BY md5(%(draw)s || ' ' || p.code) LIMIT %(n)s;

-- name: any_areas
-- Where people belong to.
SELECT a.id FROM area a
WHERE a.id = ANY (actor_scope()) AND %(at)s::timestamptz IS NOT NULL
  AND EXISTS (SELECT FROM person p WHERE p.area_id = a.id AND p.active)
ORDER BY md5(%(draw)s || ' ' || a.code) LIMIT %(n)s;

-- name: grid
SELECT g.id FROM grid g JOIN site s ON true
WHERE g.code = %(code)s AND g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
  AND g.area_id = ANY (actor_scope())
ORDER BY g.kind IS DISTINCT FROM s.load_kind, g.id LIMIT 1;

-- name: person
SELECT id FROM person WHERE code = %(code)s AND active AND %(at)s::timestamptz IS NOT NULL;

-- name: event_type
SELECT 1 FROM event_type WHERE code = %(code)s;
