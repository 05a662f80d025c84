-- name: begin_mark
INSERT INTO engine_mark (job, reached_at) VALUES (%(job)s, %(at)s) ON CONFLICT DO NOTHING;

-- name: rewind_mark
-- The site's clock was set back: what lies ahead again is no longer reached.
UPDATE engine_mark SET reached_at = %(at)s WHERE job = %(job)s AND reached_at > %(at)s;

-- name: lights
-- Events whose light turned between the mark and now, as they turned. One engine works, others skip.
WITH mark AS MATERIALIZED (
    SELECT reached_at FROM engine_mark WHERE job = 'lights' AND reached_at < %(at)s FOR UPDATE SKIP LOCKED),
turned AS (
    SELECT e.id, e.area_id, 'yellow' AS action, e.yellow_at AS at FROM event e CROSS JOIN mark
    WHERE e.yellow_at > mark.reached_at AND e.yellow_at <= %(at)s AND e.opened_at <= e.yellow_at
      AND (e.closed_at IS NULL OR e.closed_at > e.yellow_at)
    UNION ALL
    SELECT e.id, e.area_id, 'red', e.due_at FROM event e CROSS JOIN mark
    WHERE e.due_at >= mark.reached_at AND e.due_at < %(at)s AND e.opened_at <= e.due_at
      AND (e.closed_at IS NULL OR e.closed_at > e.due_at)),
logged AS (
    INSERT INTO event_log (event_id, area_id, at, action)
    SELECT t.id, t.area_id, t.at, t.action FROM turned t
    WHERE NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = t.id AND l.action = t.action AND l.at = t.at)
    RETURNING id),
moved AS (UPDATE engine_mark m SET reached_at = %(at)s FROM mark WHERE m.job = 'lights' RETURNING m.job)
SELECT (SELECT count(*) FROM logged)::integer AS n, (SELECT count(*) FROM moved)::integer AS moved;

-- name: late_lights
-- Open events that came in when their light had turned already: the mark had passed them.
WITH mark AS MATERIALIZED (
    SELECT reached_at FROM engine_mark WHERE job = 'lights' FOR UPDATE SKIP LOCKED),
turned AS (
    SELECT e.id, e.area_id, t.action, t.at
    FROM event e CROSS JOIN mark
    CROSS JOIN LATERAL (VALUES ('yellow', e.yellow_at), ('red', e.due_at)) AS t (action, at)
    WHERE e.closed_at IS NULL AND e.opened_at <= %(at)s AND t.at < mark.reached_at),
logged AS (
    INSERT INTO event_log (event_id, area_id, at, action)
    SELECT t.id, t.area_id, t.at, t.action FROM turned t
    WHERE NOT EXISTS (SELECT FROM event_log l WHERE l.event_id = t.id AND l.action = t.action AND l.at = t.at)
    RETURNING id)
SELECT count(*)::integer AS n FROM logged;

-- name: position_days
-- Today and the two days to come, of the site's clock and of the real one.
SELECT count(*) FILTER (WHERE ensure_position_day(d.day))::integer AS n
FROM (SELECT DISTINCT (t.at AT TIME ZONE 'UTC')::date + n AS day
      FROM unnest(ARRAY[%(at)s::timestamptz, %(real)s::timestamptz]) AS t (at), generate_series(0, 2) AS n
      ORDER BY 1) d;

-- name: retention
-- By the earlier of the two clocks: one that was set ahead deletes nothing.
SELECT drop_position_days_before(
    ((least(%(at)s::timestamptz, %(real)s::timestamptz) AT TIME ZONE 'UTC') - make_interval(days => %(days)s))::date) AS n;

-- name: shifts_over
SELECT EXISTS (SELECT FROM shift WHERE started_at IS NOT NULL AND ended_at IS NULL
               AND planned_end <= %(at)s AND planned_start > %(since)s) AS found;

-- name: end_shifts
UPDATE shift SET ended_at = planned_end
WHERE id IN (SELECT id FROM shift WHERE started_at IS NOT NULL AND ended_at IS NULL
             AND planned_end <= %(at)s AND planned_start > %(since)s FOR UPDATE SKIP LOCKED);
