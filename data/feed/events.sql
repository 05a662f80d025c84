-- name: open_at
-- An event whose grid has ended burdens the one in which it lies now.
SELECT e.id, e.area_id,
       CASE WHEN e.grid_ids && (SELECT coalesce(array_agg(id), '{}') FROM grid WHERE valid_to <= %(at)s)
            THEN answering_grids(e.grid_ids, e.geom, %(at)s) ELSE e.grid_ids END AS grid_ids,
       t.code AS type, t.class AS class_, t.name_zh, t.name_en,
       ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, e.opened_at, e.due_at, e.yellow_at, e.closed_at,
       coalesce(e.address, a.name) AS place, left(e.text, %(length)s) AS text,
       e.detail -> 'cap' AS cap, CASE WHEN ST_Dimension(e.extent) = 2 THEN ST_AsGeoJSON(ST_Multi(
           ST_CollectionExtract(ST_SimplifyPreserveTopology(e.extent, 0.00003), 3)), 6)::json END AS ground
FROM (SELECT * FROM event WHERE opened_at <= %(at)s AND closed_at > %(at)s
      UNION ALL
      SELECT * FROM event WHERE opened_at <= %(at)s AND closed_at IS NULL) e
JOIN event_type t ON t.id = e.type_id JOIN area a ON a.id = e.area_id;

-- name: changed
SELECT e.id, e.area_id,
       CASE WHEN e.grid_ids && (SELECT coalesce(array_agg(id), '{}') FROM grid WHERE valid_to <= %(until)s)
            THEN answering_grids(e.grid_ids, e.geom, %(until)s) ELSE e.grid_ids END AS grid_ids,
       t.code AS type, t.class AS class_, t.name_zh, t.name_en,
       ST_X(e.geom) AS lon, ST_Y(e.geom) AS lat, e.opened_at, e.due_at, e.yellow_at, e.closed_at,
       coalesce(e.address, a.name) AS place, left(e.text, %(length)s) AS text,
       e.detail -> 'cap' AS cap, CASE WHEN ST_Dimension(e.extent) = 2 THEN ST_AsGeoJSON(ST_Multi(
           ST_CollectionExtract(ST_SimplifyPreserveTopology(e.extent, 0.00003), 3)), 6)::json END AS ground
FROM event e JOIN event_type t ON t.id = e.type_id JOIN area a ON a.id = e.area_id
WHERE e.id = ANY (%(ids)s::bigint[])
   OR (e.opened_at > %(after)s AND e.opened_at <= %(until)s);
