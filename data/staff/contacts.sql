-- name: verify
UPDATE contact SET verified_at = %(at)s, verified_how = %(how)s
WHERE person_id = %(person_id)s AND channel = %(channel)s;

-- name: own
SELECT channel, address AS phone, verified_at, verified_how AS how FROM contact
WHERE person_id = %(person_id)s ORDER BY channel;
