-- A second set of tiles over the base map's: its names, as services give them apart (天地图: cva over
-- vec), with the same system, scheme and key. And how the pictures look: on dark paper, how strong.
ALTER TABLE basemap
    ADD COLUMN labels          text,                 -- where the labels' tiles lie, as `location`
    ADD COLUMN labels_min_zoom smallint CHECK (labels_min_zoom >= 0),
    ADD COLUMN labels_max_zoom smallint CHECK (labels_max_zoom BETWEEN labels_min_zoom AND 24),
    ADD COLUMN dark            boolean  NOT NULL DEFAULT false,  -- inverted in the light theme
    ADD COLUMN strength        smallint NOT NULL DEFAULT 100 CHECK (strength BETWEEN 10 AND 100),
    ADD CHECK (num_nulls(labels, labels_min_zoom, labels_max_zoom) IN (0, 3)),
    ADD CHECK (NOT (dark AND imagery));
GRANT SELECT (labels_min_zoom, labels_max_zoom, dark, strength) ON basemap TO wangge_readonly;
