-- name: wait_for_turn
SELECT pg_advisory_xact_lock(hashtext('wangge import'));

-- name: leave_no_trace
-- The server rolls back what a process began that was killed, also in the middle of a long statement.
SELECT set_config('client_connection_check_interval', '300ms', true);

-- name: begin
-- All that this transaction writes from here on is journaled under the run's number.
WITH made AS (
    INSERT INTO import_run (area_id, actor_id, noun, files, options, at, shapes)
    SELECT area_id, id, %(noun)s, %(files)s, %(options)s, %(at)s, import_shapes() FROM actor WHERE id = %(actor_id)s
    RETURNING id)
SELECT id, set_config('wangge.import_run', id::text, true) FROM made;

-- name: finish
UPDATE import_run SET report = %(report)s WHERE id = %(run)s;

-- name: stopped
-- With the number of the import it waits until that has ended: no row where it was final already.
INSERT INTO import_run (id, area_id, actor_id, noun, files, options, at, stopped_at, stopped_by)
OVERRIDING SYSTEM VALUE
SELECT coalesce(%(run)s, nextval(pg_get_serial_sequence('import_run', 'id'))), area_id, id, %(noun)s, %(files)s,
       %(options)s, %(at)s, %(real)s, id
FROM actor WHERE id = %(actor_id)s
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: rest
SELECT set_config('wangge.import_run', '', true);

-- name: prune
SELECT prune_import_changes(%(keep)s);

-- name: runs
SELECT r.id, r.noun, r.files, r.options, r.report, r.at, r.recorded_at, r.undone_at, r.forgotten, a.name AS actor,
       u.name AS undone_by, r.stopped_at, s.name AS stopped_by
FROM import_run r JOIN actor a ON a.id = r.actor_id LEFT JOIN actor u ON u.id = r.undone_by
     LEFT JOIN actor s ON s.id = r.stopped_by
WHERE r.id = coalesce(%(run)s, r.id)
ORDER BY r.id DESC LIMIT %(limit)s;

-- name: was_stopped
SELECT 1 FROM import_run WHERE id = %(run)s AND stopped_at IS NOT NULL;

-- name: last
SELECT max(id) AS id FROM import_run WHERE undone_at IS NULL AND stopped_at IS NULL;

-- name: undo
SELECT tab, action, sum(n)::bigint AS n FROM undo_import(%(run)s, %(real)s) GROUP BY tab, action;
