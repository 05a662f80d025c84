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

-- name: contact
SELECT contact FROM reporter WHERE event_id = %(event_id)s;

-- name: forget
WITH over AS (
    SELECT r.event_id, s.contacts_days
    FROM reporter r JOIN event e ON e.id = r.event_id CROSS JOIN site s
    WHERE r.contact <> '{}'
      AND e.closed_at <= least(%(at)s::timestamptz, %(real)s::timestamptz) - make_interval(days => s.contacts_days)
    ORDER BY r.event_id LIMIT 1000 FOR UPDATE OF r SKIP LOCKED
), gone AS (
    UPDATE reporter r SET contact = '{}' FROM over WHERE r.event_id = over.event_id
    RETURNING r.event_id, over.contacts_days
), counted AS (
    INSERT INTO audit (at, actor_id, action, object, detail)
    SELECT %(at)s, nullif(current_setting('wangge.actor', true), '')::integer, 'forget_reporters', 'reporter',
           jsonb_build_object('n', count(*), 'days', min(contacts_days))
    FROM gone HAVING count(*) > 0
    RETURNING id
)
SELECT count(*)::integer AS n FROM gone;

-- name: kept
SELECT (SELECT count(*)::integer FROM reporter WHERE contact <> '{}') AS kept,
       coalesce(sum((detail ->> 'n')::integer), 0)::integer AS forgotten, max(at) AS last
FROM audit WHERE action = 'forget_reporters';
