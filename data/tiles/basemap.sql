-- name: read
SELECT kind, system, scheme, imagery, attribution, min_zoom, max_zoom, version, labels_min_zoom, labels_max_zoom,
       dark, strength
FROM basemap;

-- name: read_origin
SELECT kind, location, key, tms, version, labels FROM basemap;

-- name: write
INSERT INTO basemap (kind, location, key, tms, system, scheme, imagery, attribution, min_zoom, max_zoom, version,
                     labels, labels_min_zoom, labels_max_zoom, dark, strength)
VALUES (%(kind)s, %(location)s, %(key)s, %(tms)s, %(system)s, %(scheme)s, %(imagery)s, %(attribution)s,
        %(min_zoom)s, %(max_zoom)s, %(version)s, %(labels)s, %(labels_min_zoom)s, %(labels_max_zoom)s,
        %(dark)s, %(strength)s)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, location = excluded.location, key = excluded.key,
    tms = excluded.tms, system = excluded.system, scheme = excluded.scheme, imagery = excluded.imagery,
    attribution = excluded.attribution, min_zoom = excluded.min_zoom, max_zoom = excluded.max_zoom,
    version = excluded.version, labels = excluded.labels, labels_min_zoom = excluded.labels_min_zoom,
    labels_max_zoom = excluded.labels_max_zoom, dark = excluded.dark, strength = excluded.strength;

-- name: remove
DELETE FROM basemap;

-- name: town
SELECT min(ST_XMin(box)) AS west, min(ST_YMin(box)) AS south, max(ST_XMax(box)) AS east, max(ST_YMax(box)) AS north
FROM (SELECT ST_Extent(geom) AS box FROM area WHERE valid_to IS NULL
      UNION ALL SELECT ST_Extent(geom) FROM grid WHERE valid_to IS NULL) AS boxes;
