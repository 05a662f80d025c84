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

-- name: by_secrets
SELECT id, kind, name, role, area_id, person_id, source_id, expires_at, secret_hash FROM actor
WHERE secret_hash = ANY (%(secret_hashes)s::bytea[]) AND revoked_at IS NULL
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
