-- name: requests
-- The newest first. `ids` goes before all other filters; `own` keeps to one source, `ours` to what
-- came in by Open311.
SELECT e.id, t.code, t.name_zh, t.name_en, e.text, e.address, ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat,
       e.opened_at, e.due_at, e.closed_at <= %(at)s AS closed, a.name AS area, e.detail,
       (SELECT max(l.at) FROM event_log l
        WHERE l.event_id = e.id AND l.at <= %(at)s AND l.action IN ('report', 'update', 'close')) AS updated_at
FROM event e JOIN event_type t ON t.id = e.type_id LEFT JOIN area a ON a.id = e.area_id
WHERE e.opened_at <= %(at)s
  AND (%(own)s::integer IS NULL OR e.source_id = %(own)s)
  AND (NOT %(ours)s::boolean OR e.detail ? 'open311')
  AND CASE WHEN %(ids)s::bigint[] IS NOT NULL THEN e.id = ANY (%(ids)s::bigint[])
      ELSE e.opened_at >= %(start)s AND e.opened_at <= %(end)s
           AND (%(codes)s::text[] IS NULL OR t.code = ANY (%(codes)s::text[]))
           AND (%(open)s::boolean IS NULL OR (e.closed_at IS NULL OR e.closed_at > %(at)s) = %(open)s)
      END
ORDER BY e.opened_at DESC, e.id DESC
LIMIT %(most)s OFFSET %(skip)s;
