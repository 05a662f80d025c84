-- name: wait_for_turn
SELECT pg_advisory_xact_lock(hashtext('wangge import'));

-- name: begin
-- All that this transaction writes from here on is journaled under the run's number.
WITH made AS (
    INSERT INTO import_run (area_id, actor_id, noun, files, options, at, shapes)
    SELECT area_id, id, %(noun)s, %(files)s, %(options)s, %(at)s, import_shapes() FROM actor WHERE id = %(actor_id)s
    RETURNING id)
SELECT id, set_config('wangge.import_run', id::text, true) FROM made;

-- name: finish
UPDATE import_run SET report = %(report)s WHERE id = %(run)s;

-- name: rest
SELECT set_config('wangge.import_run', '', true);

-- name: prune
SELECT prune_import_changes(%(keep)s);

-- name: runs
SELECT r.id, r.noun, r.files, r.options, r.report, r.at, r.recorded_at, r.undone_at, r.forgotten, a.name AS actor,
       u.name AS undone_by
FROM import_run r JOIN actor a ON a.id = r.actor_id LEFT JOIN actor u ON u.id = r.undone_by
WHERE r.id = coalesce(%(run)s, r.id)
ORDER BY r.id DESC LIMIT %(limit)s;

-- name: last
SELECT max(id) AS id FROM import_run WHERE undone_at IS NULL;

-- name: undo
SELECT tab, action, sum(n)::bigint AS n FROM undo_import(%(run)s, %(real)s) GROUP BY tab, action;
