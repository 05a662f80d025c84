-- name: opened
INSERT INTO presence (process, kind, key, person_id, seen_at)
VALUES (%(process)s, 'duty', %(key)s, %(person_id)s, %(real)s)
ON CONFLICT (process, key) DO UPDATE SET person_id = excluded.person_id, seen_at = excluded.seen_at;

-- name: beat
UPDATE presence SET seen_at = %(real)s WHERE process = %(process)s AND key = ANY (%(keys)s::text[]);

-- name: closed
DELETE FROM presence WHERE process = %(process)s AND key = %(key)s;

-- name: sweep
DELETE FROM presence WHERE seen_at < %(before)s;
