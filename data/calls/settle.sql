-- name: look_again
UPDATE call_session SET next_at = %(next_at)s, held_at = %(held_at)s WHERE id = %(id)s;

-- name: at_step
UPDATE call_session SET step = %(step)s, fired_at = %(fired_at)s, held_at = NULL, state = 'running', outcome = NULL,
                        ended_at = NULL, next_at = %(real)s, counts_from = coalesce(%(counts_from)s, counts_from)
WHERE id = %(id)s;

-- name: finish
UPDATE call_session SET state = %(state)s, outcome = %(outcome)s, ended_at = %(at)s, next_at = %(next_at)s,
                        held_at = NULL, acked_at = CASE WHEN %(state)s = 'acked' THEN %(at)s ELSE acked_at END
WHERE id = %(id)s;

-- name: unwatch
UPDATE call_session SET next_at = NULL WHERE id = %(id)s;
