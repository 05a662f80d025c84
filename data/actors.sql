-- name: system
SELECT id, kind, name, role, area_id, person_id, source_id, expires_at FROM actor WHERE kind = 'system';

-- name: create
INSERT INTO actor (kind, name, role, area_id, person_id, source_id, password_hash, secret_hash, expires_at)
VALUES (%(kind)s, %(name)s, %(role)s,
        coalesce(%(area_id)s, (SELECT id FROM area WHERE parent_id IS NULL AND valid_to IS NULL)),
        %(person_id)s, %(source_id)s, %(password_hash)s, %(secret_hash)s, %(expires_at)s)
RETURNING id, kind, name, role, area_id, person_id, source_id, expires_at;

-- name: update_account
-- Its sessions end: the old password opened them, and its open pages show the old area.
WITH changed AS (
    UPDATE actor SET role = %(role)s, area_id = coalesce(%(area_id)s, area_id), person_id = %(person_id)s,
           password_hash = %(password_hash)s, revoked_at = NULL
    WHERE kind = 'account' AND name = %(name)s
    RETURNING id, kind, name, role, area_id, person_id, source_id, expires_at
), gone AS (
    DELETE FROM login_session WHERE actor_id IN (SELECT id FROM changed)
)
SELECT changed.*, pg_notify('wangge_actor', id::text) FROM changed;

-- name: by_secret
SELECT id, kind, name, role, area_id, person_id, source_id, expires_at FROM actor
WHERE secret_hash = %(secret_hash)s AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > %(at)s);

-- name: account
SELECT id, kind, name, role, area_id, person_id, source_id, expires_at, password_hash FROM actor
WHERE kind = 'account' AND name = %(name)s AND revoked_at IS NULL
  AND (expires_at IS NULL OR expires_at > %(at)s);

-- name: tokens
-- Those that are good: tokens and the links of screens.
SELECT t.id, t.kind, t.name, t.role, a.name AS area, coalesce(s.name, p.code) AS whose
FROM actor t JOIN area a ON a.id = t.area_id
LEFT JOIN source s ON s.id = t.source_id LEFT JOIN person p ON p.id = t.person_id
WHERE t.kind IN ('token', 'kiosk') AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %(at)s)
ORDER BY t.id;

-- name: revoke
-- All processes forget whom they remember.
WITH gone AS (UPDATE actor SET revoked_at = %(at)s
              WHERE id = %(id)s AND kind <> 'system' AND revoked_at IS NULL RETURNING id)
SELECT pg_notify('wangge_actor', id::text) FROM gone;

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

-- name: session
SELECT a.id, a.kind, a.name, a.role, a.area_id, a.person_id, a.source_id, s.expires_at, s.code_hash
FROM login_session s JOIN actor a ON a.id = s.actor_id
WHERE s.secret_hash = %(secret_hash)s AND s.revoked_at IS NULL AND s.expires_at > %(at)s
  AND a.revoked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > %(at)s);

-- name: revoke_session
WITH gone AS (UPDATE login_session SET revoked_at = %(at)s
              WHERE secret_hash = %(secret_hash)s AND revoked_at IS NULL RETURNING actor_id)
SELECT pg_notify('wangge_actor', actor_id::text) FROM gone;

-- name: person_by_code
SELECT id FROM person WHERE code = %(code)s;

-- name: person_code
SELECT code FROM person WHERE id = %(id)s;

-- name: source_by_name
SELECT id FROM source WHERE name = %(name)s;

-- name: upsert_source
INSERT INTO source (name, kind, area_id, coord_sys)
VALUES (%(name)s, %(kind)s,
        coalesce(%(area_id)s, (SELECT id FROM area WHERE parent_id IS NULL AND valid_to IS NULL)), %(coord_sys)s)
ON CONFLICT (name) DO UPDATE SET name = excluded.name
RETURNING id;

-- name: record
INSERT INTO audit (at, actor_id, action, object, detail)
VALUES (%(at)s, %(actor_id)s, %(action)s, %(object)s, %(detail)s);
