-- name: announce
-- Nothing in a trial, which is no run.
INSERT INTO announced_cut (area_id, actor_id, kind, at, within, files, grids, announced)
SELECT r.area_id, r.actor_id, %(kind)s, %(at)s, %(within)s, r.files, %(grids)s, r.id
FROM import_run r WHERE r.id = nullif(current_setting('wangge.import_run', true), '')::integer;

-- name: listed
-- What waits, and what could not be carried out; the earliest first.
SELECT c.id, c.kind, c.at, c.within, c.announced, c.state, c.why FROM announced_cut c
WHERE c.state <> 'done' AND c.kind = coalesce(%(kind)s, c.kind)
ORDER BY c.at, c.id;

-- name: grids
SELECT grids FROM announced_cut WHERE id = %(id)s;

-- name: due
SELECT id, kind, at, within, announced, state, why, actor_id, files FROM announced_cut
WHERE state = 'waiting' AND at <= %(at)s
ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED;

-- name: try_turn
-- False while an import runs: then the next pass.
SELECT pg_try_advisory_xact_lock(hashtext('wangge import')) AS mine;

-- name: settle
UPDATE announced_cut SET state = %(state)s, run = %(run)s, why = %(why)s WHERE id = %(id)s;
