-- name: leave
INSERT INTO reporter (event_id, area_id, token, contact)
VALUES (%(event_id)s, %(area_id)s, %(token)s, %(contact)s::jsonb);

-- name: receipt
SELECT token FROM reporter WHERE event_id = %(event_id)s;

-- name: by_token
SELECT event_id FROM reporter WHERE token = %(token)s;

-- name: lock
SELECT pg_advisory_xact_lock(hashtext('anonymous reports'));

-- name: today
SELECT count(*)::integer AS n FROM event e JOIN source s ON s.id = e.source_id
WHERE s.name = %(source)s AND e.opened_at >= %(since)s;
