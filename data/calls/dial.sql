-- name: queued_for
SELECT DISTINCT session_id FROM call_attempt
WHERE ended_at IS NULL AND state = 'queued' AND channel = %(channel)s
  AND (%(person_ids)s::integer[] IS NULL OR person_id = ANY (%(person_ids)s::integer[]))
ORDER BY session_id;
