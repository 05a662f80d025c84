-- name: begin
-- The turn of one process: none while another looks, or has looked lately.
SELECT EXISTS (SELECT FROM (
    SELECT checked_at FROM feed_check WHERE checked_at <= %(before)s FOR UPDATE SKIP LOCKED) AS due) AS mine;

-- name: end
UPDATE feed_check SET checked_at = %(real)s;

-- name: forget
DELETE FROM feed_shift;

-- name: keep
INSERT INTO feed_shift (source, what, reference, conversion, crs, points, share, shift_m, before_m, after_m)
VALUES (%(source)s, %(what)s, %(reference)s, %(conversion)s, %(crs)s, %(points)s, %(share)s, %(shift_m)s,
        %(before_m)s, %(after_m)s);

-- name: suspected
SELECT source, what, reference, conversion, crs, points, share, shift_m, before_m, after_m
FROM feed_shift ORDER BY source, what;

-- name: systems
SELECT name, coord_sys FROM source;
