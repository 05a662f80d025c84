"""Who of the demo town is on duty, as questions to the store."""

from __future__ import annotations

CHIEF_AND_WORKER_ON_DUTY = """
    SELECT g.id, g.area_id FROM grid g
    WHERE g.kind = 'service' AND 2 = (
        SELECT count(DISTINCT o.role) FROM post o JOIN grid h ON h.id = o.grid_id
        JOIN shift s ON s.person_id = o.person_id
         AND s.started_at <= %(at)s AND s.planned_end > %(at)s
        WHERE (h.id = g.id AND o.role = 'grid_worker')
           OR (h.area_id = g.area_id AND h.kind = 'administrative' AND o.role = 'grid_chief'))
    ORDER BY g.id LIMIT 1"""
ON_DUTY = """
    SELECT p.code, p.id, p.area_id FROM person p
    JOIN shift s ON s.person_id = p.id AND s.started_at <= %(at)s AND s.planned_end > %(at)s"""
ROLES = "SELECT array_agg(DISTINCT role) FROM post WHERE person_id = %s"
