-- name: area_of_event
SELECT area_id FROM event WHERE id = %(id)s;

-- name: area_of_grid
SELECT area_id FROM grid WHERE id = %(id)s;

-- name: area_of_person
SELECT area_id FROM person WHERE id = %(id)s AND active;

-- name: area_of_facility
SELECT area_id FROM facility WHERE id = %(id)s;

-- name: area_of_area
-- Of the caller's scope: areas above his own he sees by name alone.
SELECT id AS area_id FROM area WHERE id = %(id)s AND id = ANY (actor_scope());

-- name: ground
SELECT ST_IsValid(g) AND ST_Area(g) > 0 AS valid FROM (SELECT ST_GeomFromText(%(wkt)s, 4326) AS g) d;

-- name: start
INSERT INTO call_session (request_key, actor_id, area_id, event_id, grid_id, person_id, facility_id, subject_area_id,
                          ground, crowd, steps, policy, next_at, started_at, drill_id, drill_click)
VALUES (%(request_key)s, %(actor_id)s, %(area)s, %(event_id)s, %(grid_id)s, %(person_id)s, %(facility_id)s,
        %(area_id)s, ST_GeomFromText(%(ground)s::text, 4326), %(crowd)s, %(steps)s, %(policy)s, %(real)s, %(at)s,
        %(drill_id)s, %(drill_click)s)
ON CONFLICT (request_key) DO NOTHING
RETURNING id;

-- name: by_key
SELECT id, event_id, grid_id, person_id, facility_id, subject_area_id, ground IS NOT NULL AS is_ground, crowd
FROM call_session WHERE request_key = %(request_key)s;
