-- name: add
INSERT INTO intake_counter (process, door, reason, n)
SELECT %(process)s, %(door)s, reason, n
FROM unnest(%(reasons)s::text[], %(counts)s::bigint[]) AS c (reason, n)
ON CONFLICT (process, door, reason) DO UPDATE SET n = intake_counter.n + excluded.n;

-- name: read
SELECT reason, sum(n)::bigint AS n FROM intake_counter WHERE door = %(door)s GROUP BY reason;

-- name: doors
SELECT door, reason, sum(n)::bigint AS n FROM intake_counter
WHERE door = ANY (%(doors)s::text[]) GROUP BY door, reason;

-- name: screens
SELECT count(*) AS n FROM presence WHERE kind = 'screen' AND seen_at > %(since)s;
