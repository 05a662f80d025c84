-- name: moves
-- `before` is his last place when he confirmed.
SELECT EXISTS (SELECT FROM event_log g WHERE g.event_id = %(event_id)s AND g.at > %(since)s
                 AND g.at <= %(at)s AND g.action NOT IN ('turned_yellow', 'turned_red'))
    OR EXISTS (SELECT FROM call_event e WHERE e.session_id = %(session_id)s AND e.action = 'arrived')
    OR EXISTS (
        SELECT FROM call_attempt t
        JOIN latest_position l ON l.person_id = t.person_id AND l.at > %(since)s AND l.at <= %(at)s
        LEFT JOIN LATERAL (
            SELECT h.lon, h.lat FROM position_history h
            WHERE h.person_id = t.person_id AND h.at <= %(since)s AND h.at > %(since)s::timestamptz - interval '1 hour'
            ORDER BY h.at DESC LIMIT 1) before ON true
        CROSS JOIN LATERAL (
            SELECT ST_DistanceSphere(ST_MakePoint(l.lon, l.lat), ST_MakePoint(%(lon)s, %(lat)s)) AS now_m,
                   ST_DistanceSphere(ST_MakePoint(before.lon, before.lat), ST_MakePoint(%(lon)s, %(lat)s)) AS then_m) d
        WHERE t.session_id = %(session_id)s AND t.state = 'acknowledged'
          AND (d.now_m <= %(there_m)s OR d.now_m < d.then_m - %(nearer_m)s)) AS moves;
