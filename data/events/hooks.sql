-- name: find
SELECT h.source_id, s.name, h.mapping, h.secret, h.signature_header, h.timestamp_header
FROM hook h JOIN source s ON s.id = h.source_id
WHERE h.source_id = %(source_id)s OR s.name = %(name)s;

-- name: set
INSERT INTO hook (source_id, mapping) VALUES (%(source_id)s, %(mapping)s::jsonb)
ON CONFLICT (source_id) DO UPDATE SET mapping = excluded.mapping;

-- name: sign
UPDATE hook SET secret = %(secret)s, signature_header = %(signature)s, timestamp_header = %(timestamp)s
WHERE source_id = (SELECT id FROM source WHERE name = %(name)s) RETURNING source_id;

-- name: holder
-- Who a signed request acts as: the newest token of its source.
SELECT a.id, a.kind, a.name, a.role, a.area_id, a.person_id, a.source_id, a.expires_at
FROM actor a
WHERE a.source_id = %(source_id)s AND a.kind = 'token' AND a.role = 'source' AND a.revoked_at IS NULL
  AND (a.expires_at IS NULL OR a.expires_at > %(at)s)
ORDER BY a.id DESC LIMIT 1;
