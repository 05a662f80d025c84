-- An event keeps the grids of its day. Who answers for it later: where one of them has ended, the
-- grid of its kind in which the event now lies (on a border the smallest id, as everywhere).
CREATE FUNCTION answering_grids(ids integer[], place geometry, at timestamptz) RETURNS integer[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT coalesce(
               CASE WHEN o.valid_to <= at THEN
                   (SELECT min(n.id) FROM grid n
                    WHERE n.kind = o.kind AND n.geom && place AND ST_Relate(n.geom, place, '******FF*')
                      AND n.valid_from <= at AND (n.valid_to IS NULL OR n.valid_to > at)) END, o.id)), '{}')
    FROM grid o WHERE o.id = ANY (ids)
$$;
CREATE INDEX grid_ended ON grid (valid_to) WHERE valid_to IS NOT NULL;
