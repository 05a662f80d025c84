-- name: note
INSERT INTO phone_day (code, area_id, day, reason, n, heard_at, offset_s)
SELECT h.code, coalesce(p.area_id, h.area_id), h.day, h.reason, sum(h.n), max(h.heard_at),
       (array_agg(h.offset_s ORDER BY h.heard_at DESC))[1]
FROM unnest(%(code)s::text[], %(area_id)s::integer[], %(day)s::date[], %(reason)s::text[], %(n)s::bigint[],
            %(heard_at)s::timestamptz[], %(offset_s)s::float8[])
     AS h (code, area_id, day, reason, n, heard_at, offset_s)
LEFT JOIN person p ON p.code = h.code AND p.active
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
ON CONFLICT (code, area_id, day, reason) DO UPDATE
SET n = phone_day.n + excluded.n, heard_at = greatest(phone_day.heard_at, excluded.heard_at),
    offset_s = coalesce(excluded.offset_s, phone_day.offset_s);

-- name: forget
DELETE FROM phone_day WHERE day < %(before)s;

-- name: listing
-- The last message may be some days old; counts are today's.
WITH heard AS (
    SELECT code, max(heard_at) AS heard_at,
           (array_agg(offset_s ORDER BY heard_at DESC) FILTER (WHERE offset_s IS NOT NULL))[1] AS offset_s,
           jsonb_object_agg(reason, n) FILTER (WHERE day = %(day)s) AS counts
    FROM (SELECT code, day, reason, sum(n) AS n, max(heard_at) AS heard_at,
                 (array_agg(offset_s ORDER BY heard_at DESC))[1] AS offset_s
          FROM phone_day GROUP BY code, day, reason) d
    GROUP BY code)
SELECT p.id AS person_id, coalesce(p.code, h.code) AS code, p.name, a.name AS area, h.heard_at, h.offset_s, h.counts,
       l.at AS position_at, s.name AS source
FROM heard h FULL JOIN (SELECT id, code, name, area_id FROM person WHERE active) p ON p.code = h.code
LEFT JOIN area a ON a.id = p.area_id
LEFT JOIN latest_position l ON l.person_id = p.id LEFT JOIN source s ON s.id = l.source_id
WHERE %(search)s::text = '' OR strpos(lower(coalesce(p.code, h.code)), lower(%(search)s::text)) > 0
   OR strpos(lower(p.name), lower(%(search)s::text)) > 0
ORDER BY greatest(h.heard_at, l.at) DESC NULLS LAST, coalesce(p.code, h.code) LIMIT %(most)s;

-- name: person
SELECT p.id, p.code, p.name, a.level || ':' || a.code AS area
FROM person p JOIN area a ON a.id = p.area_id WHERE p.id = %(id)s AND p.active;

-- name: tokens
SELECT id FROM actor WHERE kind = 'token' AND person_id = %(id)s AND name = %(name)s AND revoked_at IS NULL;
