-- name: forget
DELETE FROM presence
WHERE process = %(process)s AND kind = 'screen' AND NOT key = ANY (%(keys)s::text[])
  AND %(real)s::timestamptz IS NOT NULL;

-- name: report
INSERT INTO presence (process, kind, key, seen_at)
SELECT %(process)s, 'screen', key, %(real)s FROM unnest(%(keys)s::text[]) AS k (key)
ON CONFLICT (process, key) DO UPDATE SET seen_at = excluded.seen_at;
