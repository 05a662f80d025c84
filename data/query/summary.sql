-- name: events
-- Two halves, so that each has its index: closed later, and not closed yet.
WITH open AS (
    SELECT due_at, yellow_at, geom, area_id FROM event
    WHERE opened_at <= %(at)s AND closed_at > %(at)s
    UNION ALL
    SELECT due_at, yellow_at, geom, area_id FROM event
    WHERE opened_at <= %(at)s AND closed_at IS NULL)
SELECT count(*)::integer AS open,
       count(*) FILTER (WHERE due_at < %(at)s)::integer AS overdue,
       count(*) FILTER (WHERE due_at >= %(at)s AND yellow_at <= %(at)s)::integer AS yellow,
       count(*) FILTER (WHERE due_at >= %(at)s AND yellow_at > %(at)s)::integer AS green,
       count(*) FILTER (WHERE due_at IS NULL)::integer AS no_limit,
       count(geom)::integer AS located,
       (count(*) - count(geom))::integer AS unlocated
FROM open
WHERE %(areas)s::integer[] IS NULL OR area_id = ANY (%(areas)s::integer[]);

-- name: people_now
WITH covering AS (
    SELECT s.person_id, s.started_at, coalesce(s.ended_at, s.planned_end) AS ends_at,
           s.planned_start, s.planned_end
    FROM shift s JOIN person p ON p.id = s.person_id AND p.active
    WHERE s.planned_start > %(after)s AND s.planned_start <= %(until)s
      AND (%(areas)s::integer[] IS NULL OR p.area_id = ANY (%(areas)s::integer[]))),
on_duty AS (
    SELECT person_id, max(started_at) AS started_at FROM covering
    WHERE started_at <= %(at)s AND ends_at > %(at)s GROUP BY person_id),
aged AS (
    SELECT extract(epoch FROM %(at)s - l.at) AS age_s
    FROM on_duty d
    LEFT JOIN latest_position l ON l.person_id = d.person_id AND l.at >= d.started_at)
SELECT count(*)::integer AS on_duty,
       (SELECT count(DISTINCT person_id)::integer FROM covering
        WHERE planned_start <= %(at)s AND planned_end > %(at)s) AS rostered,
       count(*) FILTER (WHERE age_s <= %(offline_s)s)::integer AS online,
       count(*) FILTER (WHERE age_s <= %(fresh_s)s)::integer AS fresh,
       count(*) FILTER (WHERE age_s > %(fresh_s)s AND age_s <= %(ageing_s)s)::integer AS ageing,
       count(*) FILTER (WHERE age_s > %(ageing_s)s AND age_s <= %(offline_s)s)::integer AS stale,
       count(*) FILTER (WHERE age_s IS NULL OR age_s > %(offline_s)s)::integer AS offline,
       count(*) FILTER (WHERE age_s IS NULL)::integer AS no_position
FROM aged;

-- name: people_then
WITH covering AS (
    SELECT s.person_id, s.started_at, coalesce(s.ended_at, s.planned_end) AS ends_at,
           s.planned_start, s.planned_end
    FROM shift s JOIN person p ON p.id = s.person_id AND p.active
    WHERE s.planned_start > %(after)s AND s.planned_start <= %(until)s
      AND (%(areas)s::integer[] IS NULL OR p.area_id = ANY (%(areas)s::integer[]))),
on_duty AS (
    SELECT person_id, max(started_at) AS started_at FROM covering
    WHERE started_at <= %(at)s AND ends_at > %(at)s GROUP BY person_id),
aged AS (
    SELECT extract(epoch FROM %(at)s - coalesce(l.at, h.at)) AS age_s
    FROM on_duty d
    LEFT JOIN latest_position l
           ON l.person_id = d.person_id AND l.at >= d.started_at AND l.at <= %(at)s
    LEFT JOIN LATERAL (SELECT p.at FROM position_history p
                       WHERE l.at IS NULL AND p.person_id = d.person_id
                         AND p.at >= d.started_at AND p.at <= %(at)s
                         AND p.at > %(after)s
                       ORDER BY p.at DESC LIMIT 1) h ON true)
SELECT count(*)::integer AS on_duty,
       (SELECT count(DISTINCT person_id)::integer FROM covering
        WHERE planned_start <= %(at)s AND planned_end > %(at)s) AS rostered,
       count(*) FILTER (WHERE age_s <= %(offline_s)s)::integer AS online,
       count(*) FILTER (WHERE age_s <= %(fresh_s)s)::integer AS fresh,
       count(*) FILTER (WHERE age_s > %(fresh_s)s AND age_s <= %(ageing_s)s)::integer AS ageing,
       count(*) FILTER (WHERE age_s > %(ageing_s)s AND age_s <= %(offline_s)s)::integer AS stale,
       count(*) FILTER (WHERE age_s IS NULL OR age_s > %(offline_s)s)::integer AS offline,
       count(*) FILTER (WHERE age_s IS NULL)::integer AS no_position
FROM aged;

-- name: closed_today
SELECT count(*)::integer AS closed,
       (count(*) FILTER (WHERE closed_at <= due_at)::double precision / nullif(count(due_at), 0)) AS on_time_rate,
       (count(*) FILTER (WHERE settled_at = 'grid')::double precision / nullif(count(settled_at), 0)) AS in_grid_rate,
       (count(*) FILTER (WHERE satisfied)::double precision / nullif(count(satisfied), 0)) AS satisfied_rate
FROM event
WHERE closed_at >= %(start)s AND closed_at < %(end)s AND closed_at <= %(at)s AND opened_at <= closed_at
  AND (%(areas)s::integer[] IS NULL OR area_id = ANY (%(areas)s::integer[]));

-- name: by_hour
SELECT (opened_at AT TIME ZONE %(zone)s)::date AS day,
       extract(hour FROM opened_at AT TIME ZONE %(zone)s)::integer AS hour, count(*)::integer AS n
FROM event
WHERE opened_at >= %(first)s AND opened_at < %(end)s AND opened_at <= %(at)s
  AND (%(areas)s::integer[] IS NULL OR area_id = ANY (%(areas)s::integer[]))
GROUP BY 1, 2;

-- name: by_class
-- Each day until the same time of day as now: a morning is compared with mornings.
SELECT (e.opened_at AT TIME ZONE %(zone)s)::date AS day, t.class, c.name_zh, c.name_en, count(*)::integer AS n
FROM event e JOIN event_type t ON t.id = e.type_id JOIN event_class c ON c.class = t.class
WHERE e.opened_at >= %(first)s AND e.opened_at < %(end)s AND e.opened_at <= %(at)s
  AND (e.opened_at AT TIME ZONE %(zone)s)::time <= (%(at)s::timestamptz AT TIME ZONE %(zone)s)::time
  AND (%(areas)s::integer[] IS NULL OR e.area_id = ANY (%(areas)s::integer[]))
GROUP BY 1, 2, 3, 4;

-- name: ranking
WITH open AS (
    SELECT due_at, grid_ids, area_id, geom FROM event WHERE opened_at <= %(at)s AND closed_at > %(at)s
    UNION ALL
    SELECT due_at, grid_ids, area_id, geom FROM event WHERE opened_at <= %(at)s AND closed_at IS NULL),
load AS (
    SELECT g.id, count(*)::integer AS open, count(*) FILTER (WHERE e.due_at < %(at)s)::integer AS overdue
    FROM open e CROSS JOIN LATERAL unnest(
        CASE WHEN e.grid_ids && (SELECT coalesce(array_agg(id), '{}') FROM grid WHERE valid_to <= %(at)s)
             THEN answering_grids(e.grid_ids, e.geom, %(at)s) ELSE e.grid_ids END) AS g (id)
    WHERE %(areas)s::integer[] IS NULL OR e.area_id = ANY (%(areas)s::integer[])
    GROUP BY g.id),
staffed AS (
    SELECT l.*, g.name, (SELECT count(DISTINCT p.person_id) FROM post p
                         WHERE p.grid_id = g.id AND p.role = 'grid_worker' AND p.valid_from <= %(at)s
                           AND (p.valid_to IS NULL OR p.valid_to > %(at)s))::integer AS workers
    FROM load l JOIN grid g ON g.id = l.id AND g.kind = %(kind)s
         AND (%(areas)s::integer[] IS NULL OR g.area_id = ANY (%(areas)s::integer[])))
SELECT id AS grid_id, name, round(open::numeric / greatest(workers, 1), 2)::double precision AS load,
       overdue, open, workers
FROM staffed
ORDER BY load DESC, overdue DESC, grid_id
LIMIT %(rows)s;

-- name: vacancy
WITH held AS (
    SELECT grid_id, person_id, role FROM post
    WHERE grid_id IS NOT NULL AND valid_from <= %(at)s AND (valid_to IS NULL OR valid_to > %(at)s)
      AND (%(areas)s::integer[] IS NULL OR area_id = ANY (%(areas)s::integer[]))),
on_duty AS (
    SELECT DISTINCT person_id FROM shift
    WHERE (%(areas)s::integer[] IS NULL OR area_id = ANY (%(areas)s::integer[])) AND planned_start > %(after)s AND planned_start <= %(until)s
      AND started_at <= %(at)s AND coalesce(ended_at, planned_end) > %(at)s),
due AS (
    SELECT DISTINCT person_id FROM shift
    WHERE (%(areas)s::integer[] IS NULL OR area_id = ANY (%(areas)s::integer[])) AND planned_start > %(after)s AND planned_start <= %(at)s
      AND planned_end > %(at)s),
here AS (
    SELECT id, kind FROM grid
    WHERE valid_from <= %(at)s AND (valid_to IS NULL OR valid_to > %(at)s)
      AND (%(areas)s::integer[] IS NULL OR area_id = ANY (%(areas)s::integer[]))),
empty AS (
    SELECT id, %(in_hours)s OR id IN (SELECT h.grid_id FROM held h JOIN due d ON d.person_id = h.person_id) AS amiss
    FROM here
    WHERE kind = %(kind)s AND EXISTS (SELECT FROM held)
      AND id NOT IN (SELECT h.grid_id FROM held h JOIN on_duty d ON d.person_id = h.person_id)),
nobody AS (SELECT id FROM empty WHERE amiss)
SELECT CASE WHEN EXISTS (SELECT FROM held) THEN (SELECT count(*)::integer FROM nobody) END AS grids_with_nobody,
       CASE WHEN EXISTS (SELECT FROM held) AND NOT %(in_hours)s THEN
           (SELECT count(*)::integer FROM empty WHERE NOT amiss) END AS left_to_duty_room,
       CASE WHEN EXISTS (SELECT FROM held WHERE role = 'grid_chief') THEN
           (SELECT count(*)::integer FROM here
            WHERE kind IN (SELECT g.kind FROM held h JOIN grid g ON g.id = h.grid_id
                           WHERE h.role = 'grid_chief')
              AND id NOT IN (SELECT grid_id FROM held WHERE role = 'grid_chief')) END AS no_chief,
       (SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM nobody) AS nobody;
