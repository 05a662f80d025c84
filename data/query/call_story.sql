-- name: lines
SELECT e.id, e.at, e.attempt_id, t.person_id, e.action, e.detail
FROM call_event e LEFT JOIN call_attempt t ON t.id = e.attempt_id
WHERE e.session_id = %(id)s ORDER BY e.id LIMIT %(most)s;

-- name: count
SELECT count(*)::integer AS n FROM call_event WHERE session_id = %(id)s;

-- name: place
-- Where what was clicked lies, EPSG:4326; a ground also as GeoJSON.
SELECT ST_X(p.point) AS lon, ST_Y(p.point) AS lat, ST_AsGeoJSON(s.ground, 6)::jsonb AS ground
FROM call_session s LEFT JOIN event e ON e.id = s.event_id LEFT JOIN facility f ON f.id = s.facility_id
LEFT JOIN grid g ON g.id = s.grid_id LEFT JOIN area a ON a.id = s.subject_area_id
CROSS JOIN LATERAL (SELECT coalesce(e.geom, f.geom, ST_Centroid(s.ground), ST_PointOnSurface(g.geom),
                                    ST_PointOnSurface(a.geom)) AS point) p
WHERE s.id = %(id)s;

-- name: tracks
-- Of each person where he was when he was called, and his fixes from then on.
SELECT u.person_id, h.at, h.lon, h.lat
FROM unnest(%(people)s::integer[], %(called)s::timestamptz[]) AS u (person_id, called)
CROSS JOIN LATERAL (
    (SELECT p.at, p.lon, p.lat FROM position_history p
     WHERE p.person_id = u.person_id AND p.at <= u.called AND p.at >= u.called - interval '12 hours'
     ORDER BY p.at DESC LIMIT 1)
    UNION ALL
    (SELECT p.at, p.lon, p.lat FROM position_history p
     WHERE p.person_id = u.person_id AND p.at > u.called AND p.at <= %(until)s ORDER BY p.at LIMIT %(most)s)) h
ORDER BY u.person_id, h.at;
