-- The box in degrees that holds every point within so many metres of a point: what an index is asked
-- before ST_DWithin decides. A degree has at least 110 km northwards, and eastwards as many as the
-- cosine of the circle's latitude nearest to a pole leaves of it.
CREATE FUNCTION box_around(place geometry, metres double precision) RETURNS geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public AS $$
    SELECT ST_Expand(place, north / cos(radians(least(abs(ST_Y(place)) + north, 89.9))), north)
    FROM (SELECT metres / 110000) AS degrees (north)
$$;
