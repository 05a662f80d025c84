-- name: grids
SELECT id, kind, code, area_id FROM grid WHERE valid_to IS NULL;

-- name: make_incoming
CREATE TEMP TABLE incoming_person (
    n integer PRIMARY KEY, code text, name text, area_id integer, force_type text, team text, phone text,
    content_hash text, state text
) ON COMMIT DROP;

-- name: make_incoming_post
CREATE TEMP TABLE incoming_post (person text, role text, grid_id integer, area_id integer) ON COMMIT DROP;

-- name: copy_incoming
COPY incoming_person (n, code, name, area_id, force_type, team, phone, content_hash) FROM STDIN;

-- name: copy_posts
COPY incoming_post (person, role, grid_id, area_id) FROM STDIN;

-- name: compare
UPDATE incoming_person i SET state = CASE WHEN p.content_hash = i.content_hash AND p.area_id = i.area_id AND p.active
    THEN 'unchanged' ELSE 'changed' END
FROM person p
WHERE p.code = i.code;

-- name: upsert
INSERT INTO person AS p (code, name, area_id, force_type, team, content_hash)
SELECT code, name, area_id, coalesce(force_type, 'grid_worker'), team, content_hash FROM incoming_person
WHERE state IS DISTINCT FROM 'unchanged'
ORDER BY n
ON CONFLICT (code) DO UPDATE SET name = excluded.name, area_id = excluded.area_id,
    force_type = excluded.force_type, team = coalesce(excluded.team, p.team),
    content_hash = excluded.content_hash, active = true;

-- name: contacts
INSERT INTO contact (person_id, channel, address, area_id)
SELECT p.id, 'phone', i.phone, i.area_id
FROM incoming_person i JOIN person p ON p.code = i.code
WHERE i.phone IS NOT NULL
ON CONFLICT (person_id, channel) DO UPDATE SET address = excluded.address, area_id = excluded.area_id;

-- name: adopt
-- A post that somebody holds already stays as it is; the first file with a source owns it from now on.
UPDATE post h SET source_id = %(source_id)s
FROM incoming_post i JOIN person p ON p.code = i.person
WHERE h.person_id = p.id AND h.role = i.role AND h.valid_to IS NULL AND h.source_id IS NULL
  AND (h.grid_id = i.grid_id OR h.grid_id IS NULL AND i.grid_id IS NULL AND h.area_id = i.area_id);

-- name: posts
-- What the first file of a source names has always been so; what a later one adds begins now.
INSERT INTO post (person_id, role, grid_id, area_id, source_id, valid_from)
SELECT DISTINCT p.id, i.role, i.grid_id, i.area_id, %(source_id)s::integer,
       CASE WHEN EXISTS (SELECT FROM post WHERE source_id = %(source_id)s) THEN %(at)s
            ELSE '-infinity'::timestamptz END
FROM incoming_post i JOIN person p ON p.code = i.person
WHERE NOT EXISTS (
    SELECT FROM post h
    WHERE h.person_id = p.id AND h.role = i.role AND h.valid_to IS NULL
      AND (h.grid_id = i.grid_id OR h.grid_id IS NULL AND i.grid_id IS NULL AND h.area_id = i.area_id));

-- name: end_missing
UPDATE post h SET valid_to = greatest(%(at)s, h.valid_from)
FROM person p
WHERE p.id = h.person_id AND h.source_id = %(source_id)s AND h.valid_to IS NULL
  AND NOT EXISTS (
    SELECT FROM incoming_post i
    WHERE i.person = p.code AND i.role = h.role
      AND (h.grid_id = i.grid_id OR h.grid_id IS NULL AND i.grid_id IS NULL AND h.area_id = i.area_id))
RETURNING h.person_id;

-- name: leave
UPDATE person p SET active = false
WHERE p.id = ANY (%(ids)s) AND p.code NOT IN (SELECT code FROM incoming_person)
  AND NOT EXISTS (SELECT FROM post h WHERE h.person_id = p.id AND h.valid_to IS NULL)
RETURNING p.id;

-- name: outcome
SELECT coalesce(state, 'new') FROM incoming_person ORDER BY n;
