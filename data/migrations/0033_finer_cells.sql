-- Where many stand close, cells of 560 m made a search read a thousand rows to find eight. At half
-- the width it reads a third, and a walk still crosses a border but once in twenty fixes.
-- Who is near: ST_DWithin(cell, point, metres + 400) AND the distance of lon and lat.
CREATE OR REPLACE FUNCTION cell_of(lon double precision, lat double precision) RETURNS geography
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ST_SetSRID(ST_MakePoint(floor(lon * 400) / 400, floor(lat * 400) / 400), 4326)::geography $$;

UPDATE latest_position SET cell = cell_of(lon, lat);
