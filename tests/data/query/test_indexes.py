"""Under the policies, as the application's role, these searches still have their index."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest

from dashboard.embedded import Store
from data.database import Database
from data.query import calls, cards, nearest, summary
from tests.factories import NOON, make_town

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
GIVEN = {
    "id": 1, "at": NOON, "around_m": 300.0, "near_m": 50.0, "most": 6,
    "areas": None, "kind": "service", "rows": 8,
    "ids": [9], "midnight": NOON, "roles": ["grid_chief"], "outside": [1, 2, 3], "area_id": 1,
    "furthest_m": 5_000, "lon": 113.0, "lat": 35.7, "count": 12, "k": 8,
    "fresh_since": NOON - MINUTE, "offline_since": NOON - MINUTE, "horizon": NOON + MINUTE,
    "after": NOON - DAY, "until": NOON + DAY, "since": NOON - DAY,
    **dict.fromkeys(("state", "outcome", "purpose", "drill", "policy", "type", "callers")),
    **dict.fromkeys(("people", "held", "confirmed", "reached", "settled_step", "ack_from_s")),
    "before_at": NOON, "before_id": 9000,
}  # fmt: skip
SEARCHES = {
    "cards.load_around": (cards.SQL.load_around, "event_geom"),
    "cards.events_around": (cards.SQL.events_around, "event_geom"),
    "cards.events_near": (cards.SQL.events_near, "event_geom"),
    "cards.events_of_grids": (cards.SQL.events_of_grids, "event_grids"),
    "cards.load_of_grids": (cards.SQL.load_of_grids, "event_"),
    "summary.events": (summary.SQL.events, "event_life"),
    "summary.ranking": (summary.SQL.ranking, "event_life"),
    "nearest.fresh": (nearest.SQL.fresh, "Index Cond: ((cell_y = ANY (w.rows)) AND (cell_x >="),
    "nearest.everybody": (nearest.SQL.everybody, "event_grids_open"),
    "nearest.everybody, calls": (nearest.SQL.everybody, "call_attempt_person"),
    "calls.page": (calls.SQL.page, "Index Cond: ((started_at >="),
    "calls.page, from behind": (calls.SQL.page, "ROW(started_at, id) < ROW("),
    "calls.page, sorted": (calls.SQL.page, "Scan Backward using call_session_started"),
    "calls.page, its attempts": (calls.SQL.page, "call_attempt_session_id_step"),
    "calls.figures": (calls.SQL.figures, "Index Cond: ((started_at >="),
    "nearest.neighbours": (
        nearest.SQL.neighbours,
        "Index Cond: ((cell_y = ANY (w.rows)) AND (cell_x >=",
    ),
}
# A year of reports, most of them closed in time, spread over a kilometre and 400 grids.
EVENTS = """
INSERT INTO event (source_id, source_key, type_id, area_id, grid_ids, geom, opened_at, closed_at)
SELECT 1, n, 1, %(area)s, ARRAY[n %% 400],
       ST_SetSRID(ST_MakePoint(112.9 + (n %% 97) * 1e-2, 35.6 + (n %% 89) * 1e-2), 4326),
       %(at)s - n * interval '1 hour',
       CASE WHEN n %% 100 > 0 THEN %(at)s - n * interval '1 hour' + interval '90 minutes' END
FROM generate_series(1, 9000) n
"""
# And thousands of people, all of them seen just now.
PEOPLE = """
WITH new AS (
    INSERT INTO person (code, name, area_id) SELECT n, n, %(area)s FROM generate_series(1, 3000) n
    RETURNING id, area_id),
shifts AS (
    INSERT INTO shift (person_id, area_id, planned_start, planned_end, started_at)
    SELECT id, area_id, %(at)s - interval '1 hour', %(at)s + interval '7 hours',
           %(at)s - interval '1 hour' FROM new)
INSERT INTO latest_position (person_id, area_id, at, lon, lat, source_id,
                             original_lon, original_lat)
SELECT id, area_id, %(at)s, x, y, 1, x, y
FROM new, LATERAL (SELECT 112.9 + (id %% 97) * 2e-3 AS x, 35.6 + (id %% 89) * 2e-3 AS y) p
"""
# Each has been called once, a call every ten minutes.
CALLS = """
WITH session AS (
    INSERT INTO call_session (request_key, actor_id, area_id, steps, started_at)
    SELECT id, 1, 1, '[]', %(at)s - id * interval '10 minutes' FROM person
    RETURNING id, request_key)
INSERT INTO call_attempt (session_id, area_id, step, person_id, channel, queued_at)
SELECT s.id, 1, 0, s.request_key::integer, 'page', %(at)s FROM session s
"""


@pytest.fixture
async def system_id(database: Database, store: Store) -> int:
    town = await make_town(database, store.admin_url)
    async with database.acting(town.system_id) as link:
        await link.execute("INSERT INTO source (name, area_id) VALUES ('s', 1)")
        await link.execute("INSERT INTO event_type (code, name_zh, name_en) VALUES ('t','t','t')")
        await link.execute("INSERT INTO facility_kind VALUES ('hall', '站', 'Hall')")
        await link.execute(
            "INSERT INTO facility (code, kind, name, area_id, geom) VALUES ('h', 'hall', 'h', 1,"
            " ST_SetSRID(ST_MakePoint(112.95, 35.65), 4326))"
        )
        for query in (EVENTS, PEOPLE, CALLS):
            await link.execute(query.encode(), {"area": town.areas["west"], "at": NOON})
    with psycopg.connect(store.admin_url, autocommit=True) as admin:
        admin.execute("ANALYZE")
    return town.system_id


async def test_searches_keep_their_indexes(database: Database, system_id: int) -> None:
    async with database.acting(system_id) as link:
        for name, (query, index) in SEARCHES.items():
            rows = await (await link.execute(f"EXPLAIN {query}".encode(), GIVEN)).fetchall()
            plan = "\n".join(row[0] for row in rows)
            assert index in plan, f"{name}\n{plan}"
            if index == "event_geom":
                assert "Index Cond: (geom &&" in plan, f"{name}\n{plan}"
