-- name: reached
SELECT reached_at FROM engine_mark WHERE job = 'demo';

-- name: mark
INSERT INTO engine_mark (job, reached_at) VALUES ('demo', %(at)s)
ON CONFLICT (job) DO UPDATE SET reached_at = excluded.reached_at;

-- name: is_empty
SELECT (SELECT count(*) FROM area) = 1 AND NOT EXISTS (SELECT FROM grid)
       AND NOT EXISTS (SELECT FROM event) AND NOT EXISTS (SELECT FROM person) AS empty;

-- name: simulators
SELECT id FROM actor WHERE kind = 'token' AND name = %(name)s AND revoked_at IS NULL;

-- name: analyze
ANALYZE;
