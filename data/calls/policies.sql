-- name: fitting
-- Urgent is an event whose type is, or an alert that says so. `id` is null where no policy fits.
WITH clicked AS (
    SELECT y.code AS event_type, e.grid_ids AS grids,
           coalesce(y.urgent OR e.detail ->> 'severity' IN ('Extreme', 'Severe'), false) AS urgent
    FROM event e JOIN event_type y ON y.id = e.type_id WHERE e.id = %(event_id)s
    UNION ALL
    SELECT %(event_type)s::text, ARRAY[%(grid_id)s::integer],
           %(urgent)s OR coalesce((SELECT y.urgent FROM event_type y WHERE y.code = %(event_type)s), false)
    WHERE %(grid_id)s::integer IS NOT NULL
)
SELECT p.*, c.urgent
FROM (SELECT * FROM clicked UNION ALL SELECT NULL, '{}', false WHERE NOT EXISTS (SELECT FROM clicked)) c
LEFT JOIN LATERAL (
    SELECT p.* FROM call_policy p
    WHERE p.active
      AND (p.event_type IS NULL OR p.event_type = c.event_type)
      AND (p.severity IS NULL OR (p.severity = 'urgent') = c.urgent)
      AND (p.grid_kind IS NULL OR EXISTS (SELECT FROM grid g WHERE g.id = ANY (c.grids) AND g.kind = p.grid_kind))
    ORDER BY p.event_type IS NULL, p.severity IS NULL, p.grid_kind IS NULL, p.code LIMIT 1) p ON true;

-- name: policies
SELECT * FROM call_policy ORDER BY code;

-- name: steps
SELECT policy_id, target, channels, ring_s, k FROM call_policy_step
WHERE policy_id = ANY (%(ids)s::integer[]) ORDER BY policy_id, position;

-- name: grid_kind
SELECT 1 FROM grid_kind WHERE kind = %(code)s;

-- name: event_type
SELECT 1 FROM event_type WHERE code = %(code)s;

-- name: write
INSERT INTO call_policy (code, name_zh, name_en, need, ack_timeout_s, quiet_from, quiet_until, most_per_hour, active,
                         grid_kind, event_type, severity)
VALUES (%(code)s, %(name_zh)s, %(name_en)s, %(need)s, %(ack_timeout_s)s, %(quiet_from)s, %(quiet_until)s,
        %(most_per_hour)s, %(active)s, %(grid_kind)s, %(event_type)s, %(severity)s)
ON CONFLICT (code) DO UPDATE SET
    name_zh = excluded.name_zh, name_en = excluded.name_en, need = excluded.need,
    ack_timeout_s = excluded.ack_timeout_s, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
    most_per_hour = excluded.most_per_hour, active = excluded.active, grid_kind = excluded.grid_kind,
    event_type = excluded.event_type, severity = excluded.severity
RETURNING id;

-- name: clear_steps
DELETE FROM call_policy_step WHERE policy_id = %(id)s;

-- name: write_steps
INSERT INTO call_policy_step (policy_id, position, target, channels, ring_s, k)
SELECT %(id)s, u.n - 1, u.target, string_to_array(u.channels, ','), u.ring_s, u.k
FROM unnest(%(targets)s::text[], %(channels)s::text[], %(rings)s::integer[], %(ks)s::smallint[])
     WITH ORDINALITY AS u (target, channels, ring_s, k, n);

-- name: remove
DELETE FROM call_policy WHERE code = %(code)s;

-- name: grid_kinds
SELECT kind AS code, name_zh, name_en FROM grid_kind ORDER BY rank, kind;

-- name: event_types
SELECT code, name_zh, name_en FROM event_type ORDER BY urgent DESC, code;
