"""What lies within so many metres is found at every latitude: the box before it hides nothing."""

from __future__ import annotations

import pytest

from dashboard.embedded import Store
from data.database import Database, fetch_all, fetch_one
from data.query import cards
from tests.factories import NOON, make_town, value

LATITUDES = (0.0, 35.6, -54.8, 64.0, 69.65, 78.2, 89.0)
AROUND = "ST_Project(ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography, {}, {})::geometry"
# Rings at 90, 99, 101 and 120 % of the distance, a point every ten degrees.
RINGS = f"""
INSERT INTO event (source_id, source_key, type_id, area_id, geom, opened_at)
SELECT 1, share || '/' || turn, 1, %(area)s,
       {AROUND.format("%(metres)s * share / 100.0", "radians(turn)")}, %(at)s
FROM unnest(ARRAY[90, 99, 101, 120]) AS share, generate_series(0, 350, 10) AS turn
"""
CENTRE = f"""
INSERT INTO event (source_id, source_key, type_id, area_id, geom, opened_at)
VALUES (1, 'centre', 1, %(area)s, {AROUND.format("0", "0")}, %(at)s) RETURNING id
"""
HALL = f"""
INSERT INTO facility (code, kind, name, area_id, geom, service_radius_m)
VALUES ('h', 'hall', 'h', %(area)s, {AROUND.format("0", "0")}, %(metres)s) RETURNING id
"""


@pytest.mark.parametrize("lat", LATITUDES)
async def test_a_circle_holds_all_that_is_near(
    database: Database, store: Store, lat: float
) -> None:
    town = await make_town(database, store.admin_url)
    async with database.acting(town.system_id) as link:
        await link.execute("INSERT INTO source (name, area_id) VALUES ('s', 1)")
        await link.execute("INSERT INTO event_type (code, name_zh, name_en) VALUES ('t','t','t')")
        await link.execute("INSERT INTO facility_kind VALUES ('hall', '站', 'Hall')")
        for metres in (cards.NEAR_M, 20_000.0):
            given = {"lon": 20.0, "lat": lat, "area": 1, "at": NOON, "metres": metres}
            given |= {"near_m": metres, "around_m": 300.0, "most": 1000}
            await link.execute("SAVEPOINT before")
            await link.execute(RINGS.encode(), given)
            centre = await value(link, CENTRE.encode(), given)
            hall = await value(link, HALL.encode(), given)
            near = await fetch_all(link, cards.SQL.events_near, {**given, "id": centre})
            assert len(near) == 72, f"{metres} m at {lat}"
            around = await fetch_all(link, cards.SQL.events_around, {**given, "id": hall})
            assert len(around) == 73
            load = await fetch_one(link, cards.SQL.load_around, {**given, "id": hall})
            assert load is not None and load["open"] == 73
            await link.execute("ROLLBACK TO SAVEPOINT before")
