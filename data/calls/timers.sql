-- name: take_due
-- Another engine that holds the row does the work.
SELECT id FROM call_session WHERE next_at <= %(real)s
ORDER BY next_at FOR NO KEY UPDATE SKIP LOCKED LIMIT 1;

-- name: set_aside
UPDATE call_session SET next_at = %(next_at)s WHERE id = %(id)s;

-- name: set_back
-- Sessions are locked before their attempts, as everywhere; one that is held is looked at next
-- time. One that was never fired is due at once, or set aside.
WITH back AS MATERIALIZED (
    SELECT id, coalesce(fired_at, next_at - %(waits)s::interval) - %(real)s::timestamptz AS ahead FROM call_session
    WHERE next_at IS NOT NULL
      AND coalesce(fired_at, next_at - %(waits)s::interval) > %(real)s::timestamptz + %(slack)s::interval
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
attempts AS (
    UPDATE call_attempt t SET lease_until = t.lease_until - b.ahead, ring_until = t.ring_until - b.ahead
    FROM back b WHERE t.session_id = b.id AND t.ended_at IS NULL)
UPDATE call_session s SET fired_at = s.fired_at - b.ahead, next_at = s.next_at - b.ahead
FROM back b WHERE s.id = b.id;
