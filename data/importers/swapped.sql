-- name: extent
-- Of all outlines of the site, in degrees; nulls where there is none.
SELECT ST_XMin(e) AS west, ST_YMin(e) AS south, ST_XMax(e) AS east, ST_YMax(e) AS north
FROM (
    SELECT ST_Extent(geom) AS e FROM (
        SELECT geom FROM area WHERE valid_to IS NULL
        UNION ALL SELECT geom FROM grid WHERE valid_to IS NULL
    ) outlines
) extent;
