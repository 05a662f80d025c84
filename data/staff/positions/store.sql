-- name: act_as
SELECT set_config('wangge.actor', %(actor)s, true);

-- name: write
-- One round trip: history, newest position, visits, counters, notification. Rows go in the order
-- of the person, so that two processes never wait for each other in a circle. Only who
-- the actor may see and who is on duty is written; what the history has already is a duplicate.
WITH asked AS (
    SELECT f.person_id, p.area_id, f.at, f.lon, f.lat,
           coalesce(f.original_lon, f.lon) AS original_lon, coalesce(f.original_lat, f.lat) AS original_lat,
           nullif(f.accuracy_m, 'NaN') AS accuracy_m,
           nullif(f.speed_mps, 'NaN') AS speed_mps, nullif(f.battery, 'NaN') AS battery,
           (%(grid_ids)s::integer[])[f.grids_from + 1 : f.grids_to] AS grid_ids,
           EXISTS (SELECT FROM shift s
                   WHERE s.person_id = f.person_id AND s.planned_start > f.at - interval '30 days'
                     AND s.started_at <= f.at AND f.at < coalesce(s.ended_at, s.planned_end)) AS on_duty
    FROM unnest(%(person_id)s::integer[], %(at)s::timestamptz[], %(lon)s::float8[], %(lat)s::float8[],
                %(accuracy_m)s::real[], %(speed_mps)s::real[], %(battery)s::real[],
                %(grids_from)s::integer[], %(grids_to)s::integer[],
                %(original_lon)s::float8[], %(original_lat)s::float8[])  -- empty for WGS 84
         AS f (person_id, at, lon, lat, accuracy_m, speed_mps, battery, grids_from, grids_to,
               original_lon, original_lat)
    JOIN person p ON p.id = f.person_id AND p.active
), fix AS (
    SELECT * FROM asked WHERE on_duty
), stored AS (
    INSERT INTO position_history (person_id, area_id, at, lon, lat, accuracy_m, speed_mps, battery,
                                  source_id, coord_sys, original_lon, original_lat, grid_ids)
    SELECT person_id, area_id, at, lon, lat, accuracy_m, speed_mps, battery,
           %(source_id)s, %(coord_sys)s, original_lon, original_lat, grid_ids
    FROM fix ORDER BY person_id, at
    ON CONFLICT (person_id, at) DO NOTHING
    RETURNING *
), path AS (                                         -- what is newer than the newest, in time
    SELECT s.*, lag(s.grid_ids, 1, o.grid_ids) OVER w AS before, lag(s.at, 1, o.at) OVER w AS before_at
    FROM stored s LEFT JOIN LATERAL (
        SELECT l.at, l.grid_ids FROM latest_position l WHERE l.person_id = s.person_id FOR UPDATE
    ) o ON true
    WHERE o.at IS NULL OR s.at > o.at OR o.at > %(horizon)s
    WINDOW w AS (PARTITION BY s.person_id ORDER BY s.at)
), step AS (                                         -- a long silence ends a visit where it began
    SELECT * FROM (
        SELECT person_id, area_id, at, grid_ids, before, before_at,
               before_at > at OR at - before_at > %(silence)s::interval AS gap
        FROM path) p
    WHERE gap OR before IS DISTINCT FROM grid_ids
), entered AS (
    SELECT s.person_id, s.area_id, g AS grid_id, s.at
    FROM step s, unnest(s.grid_ids) g
    WHERE s.before IS NULL OR s.gap OR g <> ALL (s.before)
), exited AS (
    SELECT s.person_id, g AS grid_id, CASE WHEN s.gap THEN s.before_at ELSE s.at END AS at
    FROM step s, unnest(s.before) g
    WHERE s.gap OR g <> ALL (s.grid_ids)
), closed AS (
    UPDATE grid_visit v SET left_at = greatest(e.at, v.entered_at)
    FROM (SELECT person_id, grid_id, min(at) AS at FROM exited GROUP BY person_id, grid_id) e
    WHERE v.person_id = e.person_id AND v.grid_id = e.grid_id AND v.left_at IS NULL
), opened AS (
    INSERT INTO grid_visit (person_id, grid_id, area_id, entered_at, left_at)
    SELECT n.person_id, n.grid_id, n.area_id, n.at,
           (SELECT min(x.at) FROM exited x
            WHERE x.person_id = n.person_id AND x.grid_id = n.grid_id AND x.at >= n.at)
    FROM entered n
    ON CONFLICT DO NOTHING
), moved AS (
    INSERT INTO latest_position (person_id, area_id, at, lon, lat, accuracy_m, speed_mps, battery,
                                 source_id, coord_sys, original_lon, original_lat, grid_ids)
    SELECT DISTINCT ON (person_id) person_id, area_id, at,
           lon, lat, accuracy_m, speed_mps, battery,
           source_id, coord_sys, original_lon, original_lat, grid_ids
    FROM path ORDER BY person_id, at DESC
    ON CONFLICT (person_id) DO UPDATE SET
        area_id = excluded.area_id, at = excluded.at, lon = excluded.lon,
        lat = excluded.lat, accuracy_m = excluded.accuracy_m, speed_mps = excluded.speed_mps,
        battery = excluded.battery, source_id = excluded.source_id, coord_sys = excluded.coord_sys,
        original_lon = excluded.original_lon, original_lat = excluded.original_lat, grid_ids = excluded.grid_ids,
        recorded_at = excluded.recorded_at
    WHERE excluded.at > latest_position.at OR latest_position.at > %(horizon)s
    RETURNING person_id
), told AS (
    SELECT pg_notify('wangge_position', CASE WHEN length(ids) < 7500 THEN ids ELSE 'all' END)
    FROM (SELECT string_agg(person_id::text, ',') AS ids FROM moved) m
    WHERE ids IS NOT NULL
), counted AS (
    INSERT INTO intake_counter (process, door, reason, n)
    SELECT %(process)s, 'positions', reason, sum(n)
    FROM (SELECT * FROM unnest(%(reasons)s::text[], %(counts)s::bigint[]) AS r (reason, n)
          UNION ALL SELECT 'accepted', (SELECT count(*) FROM stored)
          UNION ALL SELECT 'duplicate', (SELECT count(*) FROM fix) - (SELECT count(*) FROM stored)
          UNION ALL SELECT 'off_duty', (SELECT count(*) FROM asked WHERE NOT on_duty)
          UNION ALL SELECT 'unknown_person', %(sent)s - (SELECT count(*) FROM asked)) c
    WHERE n > 0 GROUP BY reason ORDER BY reason
    ON CONFLICT (process, door, reason) DO UPDATE SET n = intake_counter.n + excluded.n
)
SELECT (SELECT count(*) FROM stored) AS stored, (SELECT count(*) FROM told) AS told,
       -- who and when, only where something was left out
       (SELECT array_agg(DISTINCT person_id) FROM asked WHERE (SELECT count(*) FROM stored) < %(sent)s) AS visible,
       (SELECT array_agg(person_id ORDER BY person_id, at) FROM asked WHERE NOT on_duty) AS off_duty_ids,
       (SELECT array_agg(at ORDER BY person_id, at) FROM asked WHERE NOT on_duty) AS off_duty_ats,
       (SELECT array_agg(person_id ORDER BY person_id, at) FROM stored
        WHERE (SELECT count(*) FROM stored) < %(sent)s) AS stored_ids,
       (SELECT array_agg(at ORDER BY person_id, at) FROM stored
        WHERE (SELECT count(*) FROM stored) < %(sent)s) AS stored_ats;
