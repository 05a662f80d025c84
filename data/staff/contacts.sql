-- name: verify
-- Only the address that was seen: it may have changed meanwhile.
UPDATE contact SET verified_at = %(at)s, verified_how = %(how)s, verified_by = %(by)s, doubt = NULL
WHERE person_id = %(person_id)s AND channel = %(channel)s
  AND (%(address)s::text IS NULL OR address = %(address)s);

-- name: withdraw
UPDATE contact SET verified_at = NULL, verified_how = NULL, verified_by = NULL, doubt = 'withdrawn'
WHERE person_id = %(person_id)s AND channel = %(channel)s AND verified_at IS NOT NULL;

-- name: one
SELECT address FROM contact WHERE person_id = %(person_id)s AND channel = %(channel)s;

-- name: own
SELECT channel, address AS phone, verified_at, verified_how AS how FROM contact
WHERE person_id = %(person_id)s ORDER BY channel;

-- name: listing
-- A row a contact; who has none stands there too. What is to be done comes first.
WITH known AS (
    SELECT p.id AS person_id, p.code, p.name, a.name AS area, c.channel, c.address, c.verified_at,
           c.verified_how AS how, b.name AS by,
           CASE WHEN c.person_id IS NULL THEN 'none' WHEN c.verified_at IS NOT NULL THEN 'verified'
                ELSE coalesce(c.doubt, 'never') END AS state
    FROM person p JOIN area a ON a.id = p.area_id
    LEFT JOIN contact c ON c.person_id = p.id LEFT JOIN actor b ON b.id = c.verified_by
    WHERE p.active),
counted AS (
    SELECT count(*) FILTER (WHERE state = 'verified')::integer AS verified,
           count(*) FILTER (WHERE state NOT IN ('verified', 'none'))::integer AS unverified,
           count(*) FILTER (WHERE state = 'none')::integer AS none
    FROM known)
SELECT n.*, k.person_id, k.code, k.name, k.area, k.channel, k.address, k.verified_at, k.how, k.by, k.state
FROM counted n LEFT JOIN LATERAL (
    SELECT * FROM known
    WHERE (%(search)s = '' OR strpos(lower(code), lower(%(search)s)) > 0
           OR strpos(lower(name), lower(%(search)s)) > 0)
      AND (NOT %(unverified)s OR state <> 'verified')
    ORDER BY (state = 'verified'), code, channel LIMIT %(most)s) k ON true
ORDER BY (k.state = 'verified'), k.code, k.channel;
