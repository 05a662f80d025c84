"""The index on the newest positions: seldom written, and still it finds who is near."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.embedded import Store
from data.database import Database
from tests.factories import NOON, Town, make_town, value

WALK = """INSERT INTO latest_position (person_id, area_id, at, cell, lon, lat, source_id,
                                       original_lon, original_lat)
          SELECT id, area_id, %(at)s, cell_of(%(lon)s, 35.6025), %(lon)s, 35.6025, 1,
                 %(lon)s, 35.6025
          FROM person WHERE code = 'west_worker'
          ON CONFLICT (person_id) DO UPDATE SET at = excluded.at, cell = excluded.cell,
                                                lon = excluded.lon"""
MISSED = """SELECT count(*)
            FROM generate_series(0, 400) n,
                 LATERAL (SELECT %(lon)s + (n %% 20 - 10) * 0.0017 / cos(radians(%(lat)s)) AS lon,
                                 %(lat)s + (n / 20 - 10) * 0.0017 AS lat) p,
                 LATERAL (SELECT ST_MakePoint(p.lon, p.lat)::geography AS exact,
                                 ST_MakePoint(%(lon)s, %(lat)s)::geography AS here) g
            WHERE ST_Distance(exact, here) <= 700
              AND NOT ST_DWithin(cell_of(p.lon, p.lat), here, 700 + 400)"""


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def test_a_walk_within_a_cell_writes_no_index(town: Town) -> None:
    """Three steps in a cell, then one into the next cell."""
    sql = "SELECT pg_stat_get_xact_tuples_hot_updated('latest_position'::regclass)"
    hot = []
    async with town.database.acting(town.system_id) as link:
        for second, lon in enumerate((112.9005, 112.9010, 112.9016, 112.9022, 112.9030)):
            await link.execute(WALK, {"at": NOON + timedelta(seconds=second), "lon": lon})
            hot.append(await value(link, sql))
    assert hot == [0, 1, 2, 3, 3]


@pytest.mark.parametrize("lat", [-45.0013, 0.0, 35.6044, 63.5, 80.0])
async def test_the_cell_finds_all_who_are_near(town: Town, lat: float) -> None:
    """Everybody within 700 m has his cell within 1,100 m, wherever on the globe."""
    async with town.database.acting(town.system_id) as link:
        for lon in (112.9049, -0.0001):
            assert await value(link, MISSED, {"lon": lon, "lat": lat}) == 0
