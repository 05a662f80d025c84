-- Who is near is asked of cells of 0.0025° (at most 280 m), counted from west and south: a few ranges
-- of a B-tree instead of an index of points that measures each one on the globe. A walk still writes
-- the index once in twenty fixes, and no statement writes the cell itself.
DROP INDEX latest_position_cell;
ALTER TABLE latest_position DROP COLUMN cell;
DROP FUNCTION cell_of(double precision, double precision);
ALTER TABLE latest_position
    ADD COLUMN cell_x integer NOT NULL GENERATED ALWAYS AS (floor(lon * 400)::integer) STORED,
    ADD COLUMN cell_y integer NOT NULL GENERATED ALWAYS AS (floor(lat * 400)::integer) STORED;
CREATE INDEX latest_position_cell ON latest_position (cell_y, cell_x);

-- The cells at most n away from a point's own, for each n. Whoever is nearer than h (a haversine on the
-- sphere) has his cell among them: h is that of the nearest meridian or parallel outside. None where
-- they would reach over the antimeridian or a pole.
CREATE FUNCTION cells_around(lon double precision, lat double precision, VARIADIC away integer[])
RETURNS TABLE (n integer, west integer, east integer, rows integer[], h double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT n, x - n, x + n, ARRAY(SELECT generate_series(y - n, y + n)),
           power(sin(asin(sin(radians(n / 400::float8)) * cos(radians(lat))) / 2), 2)
    FROM (SELECT floor(lon * 400)::integer, floor(lat * 400)::integer) c (x, y), unnest(away) n
    WHERE x - n >= -72000 AND x + n < 72000 AND y - n >= -36000 AND y + n < 36000
$$;
