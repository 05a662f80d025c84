-- name: everybody
SELECT p.id, p.code, p.name, p.area_id, coalesce(main.role, p.force_type) AS role
FROM person p
LEFT JOIN (SELECT DISTINCT ON (person_id) person_id, role FROM post
           WHERE valid_from <= %(at)s AND (valid_to IS NULL OR valid_to > %(at)s)
           ORDER BY person_id, grid_id IS NULL, role <> 'grid_chief', id) main ON main.person_id = p.id
WHERE p.active
ORDER BY p.code;

-- name: shifts
SELECT s.person_id, s.planned_start, s.planned_end, s.started_at,
       coalesce(s.ended_at, s.planned_end) AS ends_at
FROM shift s JOIN person p ON p.id = s.person_id AND p.active
WHERE s.planned_start > %(after)s AND s.planned_start <= %(until)s
ORDER BY s.person_id, s.planned_start;

-- name: all_positions
SELECT person_id, at, lon, lat, accuracy_m FROM latest_position;

-- name: positions
SELECT person_id, at, lon, lat, accuracy_m FROM latest_position WHERE person_id = ANY (%(ids)s::integer[]);
