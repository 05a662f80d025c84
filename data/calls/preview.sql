-- name: uncovered
-- Grids of the kind that the wall colours on which a post is on duty now, and none would be when these
-- people went; `alone` is who is the only one there.
SELECT g.id, g.name, CASE WHEN count(*) = 1 THEN min(h.person_id) END AS alone
FROM (SELECT DISTINCT o.grid_id, o.person_id
      FROM post o
      WHERE o.grid_id IN (SELECT m.grid_id FROM post m WHERE m.person_id = ANY (%(people)s::integer[]))
        AND o.grid_id <> ALL (%(place)s::integer[])  -- who goes there is there
        AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
        AND EXISTS (SELECT FROM shift s WHERE s.person_id = o.person_id AND s.started_at <= %(at)s
                      AND coalesce(s.ended_at, s.planned_end) > %(at)s)) h
JOIN grid g ON g.id = h.grid_id JOIN site ON site.load_kind = g.kind
WHERE g.valid_from <= %(at)s AND (g.valid_to IS NULL OR g.valid_to > %(at)s)
GROUP BY g.id, g.name
HAVING bool_and(h.person_id = ANY (%(people)s::integer[]))
ORDER BY g.name, g.id;

-- name: groups
SELECT 'posts' AS kind, o.role AS name, count(DISTINCT o.person_id)::integer AS people
FROM post o
WHERE o.person_id = ANY (%(people)s::integer[])
  AND o.valid_from <= %(at)s AND (o.valid_to IS NULL OR o.valid_to > %(at)s)
GROUP BY o.role
UNION ALL
SELECT 'teams', p.team, count(*)::integer FROM person p
WHERE p.id = ANY (%(people)s::integer[]) AND p.team IS NOT NULL GROUP BY p.team
ORDER BY kind, people DESC, name;
