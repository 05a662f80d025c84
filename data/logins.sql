-- name: create_code
INSERT INTO login_code (code_hash, actor_id, expires_at) VALUES (%(code_hash)s, %(actor_id)s, %(expires_at)s);

-- name: open_code
SELECT actor_id FROM login_code
WHERE code_hash = %(code_hash)s AND used_at IS NULL AND expires_at > %(at)s;

-- name: use_code
UPDATE login_code SET used_at = %(at)s
WHERE code_hash = %(code_hash)s AND used_at IS NULL AND expires_at > %(at)s
RETURNING actor_id;

-- name: create_session
INSERT INTO login_session (secret_hash, actor_id, code_hash, created_at, expires_at)
VALUES (%(secret_hash)s, %(actor_id)s, %(code_hash)s, %(at)s, %(expires_at)s);

-- name: confirm_session
UPDATE login_session SET code_hash = NULL WHERE secret_hash = %(secret_hash)s;

-- name: sessions
-- Codes are used up in one order, whoever asks.
SELECT a.id, a.kind, a.name, a.role, a.area_id, a.person_id, a.source_id, s.expires_at, s.code_hash, s.secret_hash
FROM login_session s JOIN actor a ON a.id = s.actor_id
WHERE s.secret_hash = ANY (%(secret_hashes)s::bytea[]) AND s.revoked_at IS NULL AND s.expires_at > %(at)s
  AND a.revoked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > %(at)s)
ORDER BY s.code_hash;

-- name: revoke_session
WITH gone AS (UPDATE login_session SET revoked_at = %(at)s
              WHERE secret_hash = %(secret_hash)s AND revoked_at IS NULL RETURNING actor_id)
SELECT pg_notify('wangge_actor', actor_id::text) FROM gone;
