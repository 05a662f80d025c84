"""What lies at a point: one owner a kind, of the day, by the index also under the policies."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dashboard.embedded import Store
from data.database import Database
from data.places import lookup
from data.places.lookup import Place
from tests.factories import NOON, Town, make_town, value


@pytest.fixture
async def town(database: Database, store: Store) -> Town:
    return await make_town(database, store.admin_url)


async def at(town: Town, lon: float, lat: float = 35.605, hours: float = 0) -> Place:
    async with town.database.acting(town.system_id) as link:
        when = NOON + timedelta(hours=hours)
        return await lookup.locate(link, lon=lon, lat=lat, at=when)


async def test_one_owner_and_the_finest_area(town: Town) -> None:
    """Inside, on the shared border, and nowhere."""
    west = Place((town.grids["W-1"],), town.areas["west"])
    assert await at(town, 112.905) == west
    assert await at(town, 112.91) == west
    assert await at(town, 112.92) == Place((town.grids["E-1"],), town.areas["east"])
    assert await at(town, 1.0) == Place((), None)


async def test_a_recut_grid_counts_in_its_own_time(town: Town) -> None:
    """Yesterday's event keeps to yesterday's grids."""
    async with town.database.acting(town.system_id) as link:
        await link.execute("UPDATE grid SET valid_to = %s WHERE code = 'W-1'", [NOON])
        new = await value(
            link,
            "INSERT INTO grid (kind, code, name, area_id, geom, valid_from, version)"
            " SELECT kind, code, name, area_id, geom, %s, 2 FROM grid WHERE code = 'W-1'"
            " RETURNING id",
            [NOON],
        )
    assert (await at(town, 112.905, hours=-1)).grid_ids == (town.grids["W-1"],)
    assert (await at(town, 112.905)).grid_ids == (new,)


async def test_the_lookup_keeps_its_index_under_the_policies(town: Town) -> None:
    """PostGIS functions would switch them off if they were not marked."""
    parameters = {"lon": 112.905, "lat": 35.605, "at": NOON}
    async with town.database.acting(town.system_id) as link:
        await link.execute("SET LOCAL enable_seqscan = off")
        rows = await link.execute("EXPLAIN " + lookup.SQL.locate, parameters)
        plan = "\n".join(line for (line,) in await rows.fetchall())
    assert "grid_geom" in plan
