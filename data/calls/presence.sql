-- name: opened
INSERT INTO presence (process, kind, key, person_id, seen_at, opened_at, heard_at)
VALUES (%(process)s, 'duty', %(key)s, %(person_id)s, %(real)s, %(real)s, %(real)s)
ON CONFLICT (process, key) DO UPDATE SET person_id = excluded.person_id, seen_at = excluded.seen_at,
    opened_at = excluded.opened_at, heard_at = excluded.heard_at;

-- name: beat
INSERT INTO presence (process, kind, key, person_id, seen_at, opened_at, heard_at)
SELECT %(process)s, 'duty', k.key, k.person_id, %(real)s, %(real)s, coalesce(k.heard_at, %(real)s)
FROM unnest(%(keys)s::text[], %(people)s::integer[], %(heard)s::timestamptz[]) AS k (key, person_id, heard_at)
ON CONFLICT (process, key) DO UPDATE SET seen_at = excluded.seen_at, heard_at = excluded.heard_at;

-- name: closed
DELETE FROM presence WHERE process = %(process)s AND key = ANY (%(keys)s::text[]);

-- name: pages
SELECT count(*)::integer AS n FROM presence WHERE person_id = %(person_id)s AND kind = 'duty' AND seen_at > %(after)s;

-- name: sweep
-- Of the future is what beat before the machine's clock was set back; who lives beats again.
DELETE FROM presence WHERE seen_at < %(before)s OR seen_at > %(after)s;
