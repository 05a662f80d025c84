-- name: drill
SELECT d.id, d.scenario, a.name AS by, d.started_at, d.ended_at, d.stopped_by, d.next_at IS NOT NULL AS runs,
       d.clicked, d.missed
FROM call_drill d LEFT JOIN actor a ON a.id = d.actor_id WHERE d.id = %(id)s;

-- name: calls
SELECT s.id, s.drill_click, s.policy, s.state, s.outcome, s.started_at, s.ended_at,
       CASE WHEN s.grid_id IS NOT NULL THEN 'grid' WHEN s.person_id IS NOT NULL THEN 'person' ELSE 'area' END AS kind,
       coalesce(s.grid_id, s.person_id, s.subject_area_id) AS subject_id,
       coalesce(g.name, p.name, a.name, '') AS name, coalesce(d.scenario -> 'clicks' -> s.drill_click ->> 'about_zh', y.name_zh) AS about_zh,
       coalesce(d.scenario -> 'clicks' -> s.drill_click ->> 'about_en', y.name_en) AS about_en
FROM call_session s JOIN call_drill d ON d.id = s.drill_id
LEFT JOIN grid g ON g.id = s.grid_id LEFT JOIN person p ON p.id = s.person_id
LEFT JOIN area a ON a.id = s.subject_area_id
LEFT JOIN event_type y ON y.code = d.scenario -> 'clicks' -> s.drill_click ->> 'event_type'
WHERE s.drill_id = %(id)s ORDER BY s.id;

-- name: attempts
SELECT t.session_id, t.step, t.person_id, t.state, t.ringing_at, t.ended_at, t.who
FROM call_attempt t JOIN call_session s ON s.id = t.session_id
WHERE s.drill_id = %(id)s ORDER BY t.id;

-- name: lines
SELECT e.session_id, e.at, e.action, e.detail
FROM call_event e JOIN call_session s ON s.id = e.session_id
WHERE s.drill_id = %(id)s AND e.action IN ('step', 'skipped') ORDER BY e.id;
